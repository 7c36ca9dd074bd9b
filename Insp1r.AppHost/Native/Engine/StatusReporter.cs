using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>Keeps <c>run/status.json</c> equal to the board.</summary>
internal sealed class StatusReporter(StateFolder state, StatusBoard board, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly ProcessIdentity _engine = ProcessIdentity.Find(Environment.ProcessId)!;
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private PlatformState _state = PlatformState.Starting;
    private string? _message;
    private double? _secondsToHealthy;

    public PlatformStatus Status
    {
        get
        {
            lock (_lock)
            {
                var resources = board.Resources;
                return new PlatformStatus
                {
                    State = _state,
                    Message = _message,
                    Engine = _engine,
                    StartedAt = _startedAt,
                    SecondsToHealthy = _secondsToHealthy,
                    Address = resources.FirstOrDefault(r => r.DisplayText is not null)?.ServiceAddress,
                    Resources = resources,
                };
            }
        }
    }

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var changed = board.Changed;
                Write();
                await changed.WaitAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    public void Healthy(TimeSpan startUp)
    {
        _secondsToHealthy = Math.Round(startUp.TotalSeconds, 1);
        Enter(PlatformState.Running);
    }

    public void Fail(string message)
    {
        _message = message;
        Enter(PlatformState.Failed);
    }

    /// <summary>Something to tell that does not stop the platform; null takes it back.</summary>
    public void Warn(string? message)
    {
        _message = message;
        Write();
    }

    /// <summary>A failure stays on record while the rest is stopped.</summary>
    public void Enter(PlatformState entered)
    {
        lock (_lock)
            _state = _state == PlatformState.Failed ? _state : entered;
        Write();
    }

    private void Write()
    {
        lock (_lock)
        {
            try
            {
                Status.Write(state);
            }
            catch (IOException)
            {
                // A full disk: the platform goes on, and the next change is written when there is room.
            }
        }
    }
}
