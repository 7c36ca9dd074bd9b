using System.Diagnostics;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>Keeps one process running: waits for what it depends on, starts it, watches its health, restarts it after a crash.</summary>
internal sealed class ResourceRunner(
    Workload workload, Func<CancellationToken, Task> dependencies, StatusBoard board, ConsoleOutput console, LogFile log, TimeProvider clock)
{
    /// <summary>Crashes without a minute of health between them, after which work that should end by itself is given up.</summary>
    private const int MostAttempts = 5;

    private readonly BackOff _backOff = new(clock);

    public Workload Workload { get; } = workload;

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await dependencies(stopping);
            while (await RunOnceAsync(stopping))
            {
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Report(s => s with { State = ResourceState.Stopped, Process = null, Message = null });
        }
    }

    /// <returns>Whether the process is to be started again.</returns>
    private async Task<bool> RunOnceAsync(CancellationToken stopping)
    {
        Report(s => s with { State = ResourceState.Starting });
        int? exitCode = null;
        string message;
        try
        {
            exitCode = await RunProcessAsync(stopping);
            message = $"exited with code {exitCode}";
        }
        catch (PlatformException e)
        {
            log.Write($"---- {e.Message}");
            message = e.Message;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.Write($"---- {e}");
            message = $"could not be started: {e.Message}";
        }

        stopping.ThrowIfCancellationRequested();

        if (exitCode == 0 && Workload.RunsToCompletion)
        {
            Report(s => s with { State = ResourceState.Finished, Process = null, ExitCode = 0, Message = null });
            console.Event(Workload.Name, "finished");
            return false;
        }

        var delay = _backOff.Next();
        if (Workload.RunsToCompletion && _backOff.Attempts > MostAttempts)
        {
            Report(s => s with { State = ResourceState.Failed, Process = null, ExitCode = exitCode, Message = message });
            console.Problem(Workload.Name, $"{message}; given up after {MostAttempts} restarts. Why: ./insp1r logs {Workload.Name}");
            return false;
        }

        Report(s => s with
        {
            State = ResourceState.Restarting,
            Process = null,
            ExitCode = exitCode,
            Message = message,
            Restarts = s.Restarts + 1,
        });
        console.Problem(Workload.Name, $"{message}; starting again in {delay.TotalSeconds:0.#} s. Why: ./insp1r logs {Workload.Name}");
        await Task.Delay(delay, clock, stopping);
        return true;
    }

    private async Task<int> RunProcessAsync(CancellationToken stopping)
    {
        var command = await Workload.PrepareAsync(log.Write, stopping);
        using var child = await ChildProcess.StartAsync(command, WriteLine);
        log.Write($"---- {clock.GetUtcNow():O} {Workload.Name} started as process {child.Identity?.ProcessId}");
        Report(s => s with { Process = child.Identity });

        using var watching = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var health = WatchHealthAsync(child, watching.Token);
        var stopped = Task.Delay(Timeout.Infinite, stopping);
        if (await Task.WhenAny(child.Exited, stopped) == stopped)
        {
            Report(s => s with { State = ResourceState.Stopping });
            await child.StopAsync(Workload.StopSignal, Workload.StopGrace);
        }

        await watching.CancelAsync();
        await health;
        child.KillGroup();
        var exitCode = await child.Exited;
        log.Write($"---- {clock.GetUtcNow():O} {Workload.Name} exited with code {exitCode}");
        return exitCode;
    }

    private async Task WatchHealthAsync(ChildProcess child, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var healthy = false;
        var failures = 0;
        try
        {
            while (!child.Exited.IsCompleted)
            {
                var problem = await ProbeAsync(ct);
                if (problem is null)
                {
                    failures = 0;
                    _backOff.Healthy();
                    Report(s => s with { State = ResourceState.Running, Message = null });
                    if (!healthy)
                        console.Event(Workload.Name, $"{(Workload.RunsToCompletion ? "running" : "healthy")} after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
                    healthy = true;
                }
                else if (healthy && ++failures >= 2)
                {
                    // One late answer under load is no illness.
                    _backOff.Unhealthy();
                    Report(s => s with { State = ResourceState.Unhealthy, Message = problem });
                    console.Problem(Workload.Name, $"not healthy: {problem}");
                    healthy = false;
                }
                else if (!healthy)
                {
                    Report(s => s with { Message = problem });
                }

                await Task.Delay(HealthInterval(problem is null, Stopwatch.GetElapsedTime(since)), clock, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    /// <summary>Quick at first, so that whoever waits goes on at once; rare once all is well.</summary>
    internal static TimeSpan HealthInterval(bool healthy, TimeSpan running) =>
        healthy ? TimeSpan.FromSeconds(4)
        : running < TimeSpan.FromSeconds(20) ? TimeSpan.FromMilliseconds(150)
        : TimeSpan.FromSeconds(1);

    private async Task<string?> ProbeAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            return await Workload.ProbeAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "no answer to the health check within 5 s";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return e.Message;
        }
    }

    private void WriteLine(string line)
    {
        log.Write(line);
        console.Log(Workload.Name, line);
    }

    private void Report(Func<ResourceStatus, ResourceStatus> change) => board.Update(Workload.Name, change);
}
