using System.Diagnostics;
using Insp1r.Platform;
using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>
/// Asks every process for its health: quickly while it starts, every few seconds later. (Aspire's own checks, which the dashboard shows, ask a healthy
/// one every 30 s.) One that answered and then gives no answer at all for 30 s hangs: it is killed, and so started again.
/// </summary>
internal sealed class HealthWatch(DistributedApplicationModel model, StatusBoard board, ResourceWatch watch, ConsoleOutput console, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _probeLimit = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        from resource in model.Resources
        let care = resource.Annotations.OfType<Care>().SingleOrDefault()
        where care?.Probe is not null
        select WatchAsync(resource.Name, care, stoppingToken));

    /// <summary>Quick at first, so that whoever waits goes on at once; rare once all is well.</summary>
    internal static TimeSpan Interval(bool healthy, TimeSpan running) =>
        healthy ? TimeSpan.FromSeconds(4)
        : running < TimeSpan.FromSeconds(30) ? TimeSpan.FromMilliseconds(150)
        : TimeSpan.FromSeconds(1);

    private async Task WatchAsync(string name, Care care, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await board.UntilAsync(_ => board.ProcessOf(name) is not null, ct);
                if (board.ProcessOf(name) is { } process)
                    await WatchProcessAsync(name, process, care, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    private async Task WatchProcessAsync(string name, ProcessIdentity process, Care care, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        long? answered = null;
        var healthy = false;
        var failures = 0;
        while (board.ProcessOf(name) == process)
        {
            var (problem, silent) = await ProbeAsync(care.Probe!, ct);
            if (!silent)
                answered = Stopwatch.GetTimestamp();
            if (problem is null)
            {
                failures = 0;
                if (Tell(ResourceState.Running, null) && !healthy)
                    console.Event(name, $"healthy after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
                watch.Told(name, healthy: true);
                healthy = true;
                // From now on it is about the server itself, no more about the script around it.
                if (process.ChildOfScript() is { } server)
                    board.Update(name, s => s.Process == process ? s with { Process = server } : s);
            }
            else if (healthy && ++failures >= 2)
            {
                // One late answer under load is no illness.
                Tell(ResourceState.Unhealthy, problem);
                watch.Told(name, healthy: false);
                console.Problem(name, $"not healthy: {problem}");
                healthy = false;
            }
            else if (!healthy)
            {
                Tell(null, problem);
            }

            if (silent && answered is { } last && Stopwatch.GetElapsedTime(last) > _patience && board.ProcessOf(name) == process)
            {
                console.Problem(name, $"gave no answer for {_patience.TotalSeconds:0} s; it is killed, and started again");
                process.Signal(Signals.Kill);
                await process.WaitForExitAsync(_patience, ct);
            }

            await Task.Delay(Interval(problem is null, Stopwatch.GetElapsedTime(since)), clock, ct);
        }

        // Only of the process that was asked: another may have taken its place while it was.
        bool Tell(ResourceState? state, string? message)
        {
            var current = false;
            board.Update(name, s => (current = s.Process == process && s.State is not ResourceState.Stopping) ? s with { State = state ?? s.State, Message = message } : s);
            return current;
        }
    }

    private static async Task<(string? Problem, bool Silent)> ProbeAsync(Func<CancellationToken, Task<Health>> probe, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_probeLimit);
        try
        {
            return ((await probe(limit.Token)).Problem, false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return ($"no answer to the health check within {_probeLimit.TotalSeconds:0} s", true);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return (e.Message, true);
        }
    }
}
