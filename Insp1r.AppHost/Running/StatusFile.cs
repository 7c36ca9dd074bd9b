using Insp1r.Platform;
using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>What <c>run/status.json</c> says: the board, and the state of the whole.</summary>
internal sealed class StatusFile(Installation installation, StatusBoard board, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly ProcessIdentity _appHost = ProcessIdentity.Find(Environment.ProcessId)!;
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private PlatformState _state = PlatformState.Starting;
    private string? _message;
    private double? _secondsToHealthy;

    public bool HasFailed
    {
        get
        {
            lock (_lock)
                return _state == PlatformState.Failed;
        }
    }

    public PlatformStatus Status
    {
        get
        {
            lock (_lock)
            {
                return new PlatformStatus
                {
                    State = _state,
                    Message = _message,
                    AppHost = _appHost,
                    StartedAt = _startedAt,
                    SecondsToHealthy = _secondsToHealthy,
                    Address = installation.Address,
                    Dashboard = installation.Dashboard,
                    Resources = board.Resources,
                };
            }
        }
    }

    public void Healthy()
    {
        lock (_lock)
            _secondsToHealthy = Math.Round((clock.GetUtcNow() - _startedAt).TotalSeconds, 1);
        Enter(PlatformState.Running);
    }

    public void Fail(string message)
    {
        lock (_lock)
            (_state, _message) = (PlatformState.Failed, message);
        Write();
    }

    /// <summary>Something to tell that does not stop the platform; null takes it back. A failure's own message stays.</summary>
    public void Warn(string? message)
    {
        lock (_lock)
            _message = _state == PlatformState.Failed ? _message : message;
        Write();
    }

    /// <summary>A failure stays on record while the rest is stopped.</summary>
    public void Enter(PlatformState entered)
    {
        lock (_lock)
            _state = _state == PlatformState.Failed ? _state : entered;
        Write();
    }

    public void Write()
    {
        lock (_lock)
        {
            try
            {
                Status.Write(installation.State);
            }
            catch (IOException)
            {
                // A full disk: the platform goes on, and the next change is written when there is room.
            }
        }
    }
}

/// <summary>Writes the status file after each change, and the last words when all has ended.</summary>
internal sealed class StatusWriter(StatusFile file, StatusBoard board, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lifetime.ApplicationStopping.Register(() => file.Enter(PlatformState.Stopping));
        lifetime.ApplicationStopped.Register(() =>
        {
            foreach (var resource in board.Resources.Where(r => r.State != ResourceState.Finished).ToList())
                board.Update(resource.Name, s => s with { State = ResourceState.Stopped, Process = null, Message = null });
            file.Enter(PlatformState.Stopped);
        });
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = board.Changed;
            file.Write();
            await changed.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
