using System.Diagnostics;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>
/// The platform under real Aspire, which tells nobody outside its dashboard what runs. This process stays beside the application host
/// and keeps <c>run/status.json</c> for the other commands, from what the gateway says: it is ready after all others.
/// </summary>
internal static class AspireRun
{
    private const string Host = "apphost";
    private const string Gateway = "gateway";

    private static readonly TimeSpan _eager = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _calm = TimeSpan.FromSeconds(4);

    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>The script that calls this program decides it, before it builds.</summary>
    public static bool IsChosen => Environment.GetEnvironmentVariable("UseAspire") == "true";

    /// <summary>Runs the application host until it ends, or until this process is told to stop.</summary>
    public static async Task<int> RunAsync(Installation installation, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var state = installation.State;
        await using var held = state.Lock();
        await Leftovers.StopAsync(state, ct);

        // A session of its own: the terminal's Ctrl-C comes to this process, which passes it on and sees the end.
        using var process = Process.Start(new ProcessStartInfo("setsid", ["dotnet", installation.AppHost, .. arguments]) { UseShellExecute = false })!;
        var host = ProcessIdentity.Find(process.Id);
        var status = Starting(
            ProcessIdentity.Find(Environment.ProcessId)!, host, $"http://127.0.0.1:{Environment.GetEnvironmentVariable("INSP1R_PORT")}",
            Environment.GetEnvironmentVariable("ASPNETCORE_URLS"), TimeProvider.System.GetUtcNow());
        Write(status, state);
        var exited = process.WaitForExitAsync(CancellationToken.None);
        try
        {
            while (!exited.IsCompleted)
            {
                var next = After(status, await ProbeAsync(status.Address!, ct), TimeProvider.System.GetUtcNow());
                if (next.State != status.State)
                {
                    Console.WriteLine(Welcome.Text(next));
                    // Detached, this is the log.
                    if (!Console.IsOutputRedirected)
                        Console.WriteLine(Welcome.Accounts(installation.State));
                }

                if (next != status)
                    Write(next, state);
                status = next;
                await Task.WhenAny(exited, Task.Delay(status.State == PlatformState.Running ? _calm : _eager, ct));
                ct.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Write(status with { State = PlatformState.Stopping }, state);
            host?.Signal(Signals.Terminate);
            await exited;
        }

        var stopped = Ended(status, process.ExitCode, asked: ct.IsCancellationRequested);
        Write(stopped, state);
        if (stopped.State == PlatformState.Failed)
            await Console.Error.WriteLineAsync(stopped.Message);
        return stopped.State == PlatformState.Failed ? 1 : 0;
    }

    internal static PlatformStatus Starting(ProcessIdentity self, ProcessIdentity? host, string address, string? dashboard, DateTimeOffset now) => new()
    {
        State = PlatformState.Starting,
        Message = "Aspire runs it: its dashboard shows all resources, with their logs and traces.",
        Engine = self,
        StartedAt = now,
        Address = address,
        Resources =
        [
            Resource(Gateway, "project", ResourceState.Starting, address, "INSP!R"),
            Resource(Host, "Aspire", ResourceState.Running, dashboard, "dashboard") with { Process = host },
        ],
    };

    /// <summary>The status after the gateway was asked; the same one where nothing changed.</summary>
    /// <param name="problem">Null where the gateway is ready, else what it is not.</param>
    internal static PlatformStatus After(PlatformStatus status, string? problem, DateTimeOffset now)
    {
        var known = status.Resources.Single(r => r.Name == Gateway);
        var gateway = known with
        {
            State = problem is null ? ResourceState.Running : status.State == PlatformState.Starting ? ResourceState.Starting : ResourceState.Unhealthy,
            Message = problem,
        };
        return gateway == known ? status : status with
        {
            State = problem is null ? PlatformState.Running : status.State,
            SecondsToHealthy = status.SecondsToHealthy ?? (problem is null ? Math.Round((now - status.StartedAt).TotalSeconds, 1) : null),
            Resources = [.. status.Resources.Select(r => r.Name == Gateway ? gateway : r)],
        };
    }

    /// <summary>The last status: the application host has gone, by itself or because it was asked to.</summary>
    internal static PlatformStatus Ended(PlatformStatus status, int exitCode, bool asked) => status with
    {
        State = asked || exitCode == 0 ? PlatformState.Stopped : PlatformState.Failed,
        Message = asked || exitCode == 0 ? null : $"Aspire's application host ended with exit code {exitCode}.",
        Resources = [.. status.Resources.Select(r => r with { State = ResourceState.Stopped, Message = null, Process = null })],
    };

    /// <returns>Null where the gateway is ready, else what it is not.</returns>
    internal static async Task<string?> ProbeAsync(string address, CancellationToken ct)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri($"{address}/health/ready"), ct);
            return response.IsSuccessStatusCode ? null : $"/health/ready answers {(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return $"no answer: {e.Message}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"no answer to the health check within {_http.Timeout.TotalSeconds:0} s";
        }
    }

    private static ResourceStatus Resource(string name, string kind, ResourceState state, string? address, string displayText) => new()
    {
        Name = name,
        Resource = name,
        Kind = kind,
        State = state,
        Address = address,
        ServiceAddress = address,
        DisplayText = displayText,
    };

    private static void Write(PlatformStatus status, StateFolder state)
    {
        try
        {
            status.Write(state);
        }
        catch (IOException)
        {
            // A full disk: the platform goes on, and the next change is written when there is room.
        }
    }
}
