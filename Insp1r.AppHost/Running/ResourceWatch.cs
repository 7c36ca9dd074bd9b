using System.Globalization;
using Insp1r.Platform;
using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>
/// Puts on the board what the orchestrator says of each resource, and starts again what has ended: the orchestrator leaves that as it is.
/// An end that somebody asked for passes through <c>Stopping</c> and is left alone.
/// </summary>
internal sealed class ResourceWatch(
    ResourceNotificationService notifications, ResourceCommandService commands, DistributedApplicationModel model, StatusBoard board, ConsoleOutput console,
    IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    /// <summary>Crashes without a minute of health between them, after which work that should end by itself is given up.</summary>
    private const int MostAttempts = 5;

    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var resource in model.Resources)
        {
            if (resource.Annotations.OfType<Care>().SingleOrDefault() is not { } care)
                continue;

            _watched[resource.Name] = new Watched(care, new BackOff(clock));
            board.Add(new ResourceStatus { Name = resource.Name, Resource = care.Service, Kind = care.Kind, State = ResourceState.Waiting });
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // What ends once the platform stops is left alone.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var change in notifications.WatchAsync(stopping.Token))
            {
                if (_watched.TryGetValue(change.Resource.Name, out var watched))
                    Apply(change, watched, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private void Apply(ResourceEvent change, Watched watched, CancellationToken stopping)
    {
        var name = change.Resource.Name;
        var state = change.Snapshot.State?.Text;
        var before = watched.State;
        watched.State = state;
        if (state == KnownResourceStates.Running)
        {
            if (FindProcess(change.Snapshot) is { } process && process != watched.Process)
                Started(name, watched, process);
            return;
        }

        if (state == before)
            return;
        if (state is not null && KnownResourceStates.TerminalStates.Contains(state))
            Ended(change, watched, asked: before == KnownResourceStates.Stopping, stopping);
        else if (state == KnownResourceStates.Stopping)
            board.Update(name, s => s with { State = ResourceState.Stopping });
        else if (state == KnownResourceStates.Starting && before is not null)
            board.Update(name, s => s.State == ResourceState.Restarting ? s : s with { State = ResourceState.Starting });
    }

    private void Started(string name, Watched watched, ProcessIdentity process)
    {
        watched.Process = process;
        var known = watched.Care.Probe is null;
        if (known)
            watched.BackOff.Healthy();
        board.Update(name, s => s with
        {
            State = known ? ResourceState.Running : ResourceState.Starting,
            Process = process,
            Address = watched.Care.Address(),
            Message = null,
            ExitCode = null,
        });
    }

    private void Ended(ResourceEvent change, Watched watched, bool asked, CancellationToken stopping)
    {
        var name = change.Resource.Name;
        var exitCode = change.Snapshot.ExitCode;
        watched.Process = null;
        if (asked)
        {
            board.Update(name, s => s with { State = ResourceState.Stopped, Process = null, Message = null });
            console.Event(name, "stopped");
            return;
        }

        if (exitCode == 0 && watched.Care.EndsByItself)
        {
            board.Update(name, s => s with { State = ResourceState.Finished, Process = null, ExitCode = 0, Message = null });
            console.Event(name, "finished");
            return;
        }

        // The orchestrator says -1 of a process that a signal ended.
        var message = exitCode is null or -1 ? "was ended by a signal" : $"exited with code {exitCode}";
        var delay = watched.BackOff.Next();
        if (watched.Care.EndsByItself && watched.BackOff.Attempts > MostAttempts)
        {
            board.Update(name, s => s with { State = ResourceState.Failed, Process = null, ExitCode = exitCode, Message = message });
            console.Problem(name, $"{message}; given up after {MostAttempts} restarts. Why: ./insp1r logs {name}");
            return;
        }

        board.Update(name, s => s with
        {
            State = ResourceState.Restarting,
            Process = null,
            ExitCode = exitCode,
            Message = message,
            Restarts = s.Restarts + 1,
        });
        console.Problem(name, $"{message}; starting again in {delay.TotalSeconds:0.#} s. Why: ./insp1r logs {name}");
        _ = StartAgainAsync(change.ResourceId, name, watched, delay, stopping);
    }

    private async Task StartAgainAsync(string id, string name, Watched watched, TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, clock, stopping);
            while (await commands.ExecuteCommandAsync(id, KnownResourceCommands.StartCommand, stopping) is { Success: false } refused)
            {
                console.Problem(name, $"could not be started again: {refused.Message}");
                await Task.Delay(watched.BackOff.Next(), clock, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>A minute of health forgives earlier crashes: the next one is tried again at once.</summary>
    internal void Told(string name, bool healthy)
    {
        var backOff = _watched[name].BackOff;
        if (healthy)
            backOff.Healthy();
        else
            backOff.Unhealthy();
    }

    private static ProcessIdentity? FindProcess(CustomResourceSnapshot snapshot)
    {
        var id = snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value is { } value ? Convert.ToInt32(value, CultureInfo.InvariantCulture) : 0;
        return id > 0 ? ProcessIdentity.Find(id) : null;
    }

    private sealed record Watched(Care Care, BackOff BackOff)
    {
        public string? State { get; set; }
        public ProcessIdentity? Process { get; set; }
    }
}
