using System.Diagnostics;
using System.Globalization;
using Insp1r.AppHost.Running;
using Insp1r.Platform;
using Insp1r.Testing.Stack;

namespace Insp1r.AppHost.Tests;

/// <summary>However the platform ends, no process of it is left, and what needs telling is told.</summary>
public sealed class EndTests : IDisposable
{
    private static readonly TimeSpan _allStarted = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _allGone = TimeSpan.FromSeconds(90);

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"insp1r-end-{Path.GetRandomFileName()[..8]}");
    private Process? _appHost;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_appHost is { HasExited: false })
            _appHost.Kill();
        _appHost?.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("Ctrl-C", 2)]
    [InlineData("down", 15)]
    [InlineData("closed terminal", 1)]
    public async Task AskedFor_EndsAllAndSaysSo(string how, int signal)
    {
        var processes = await StartAsync();

        ProcessIdentity.Find(_appHost!.Id)!.Signal(signal);

        await UntilGoneAsync(processes, how);
        Assert.Equal(0, _appHost.ExitCode);
        Assert.Equal(PlatformState.Stopped, PlatformStatus.Read(new StateFolder(_folder))!.State);
    }

    [Fact]
    public async Task AppHostKilled_NothingIsLeft()
    {
        var processes = await StartAsync();

        _appHost!.Kill();

        await UntilGoneAsync(processes, "kill -9 of the application host");
    }

    [Fact]
    public async Task OrchestratorKilled_AppHostEndsWithItsMessage()
    {
        var processes = await StartAsync();

        foreach (var orchestrator in Orchestrators())
            Testing.Stack.Signals.Kill(orchestrator);

        await UntilGoneAsync(processes, "kill -9 of the orchestrator");
        Assert.Equal(1, _appHost!.ExitCode);
        var status = PlatformStatus.Read(new StateFolder(_folder))!;
        Assert.Equal(PlatformState.Failed, status.State);
        Assert.Contains("orchestrator", status.Message, StringComparison.Ordinal);
    }

    /// <summary>Starts the built application host as <c>./insp1r up</c> does, and returns all its processes once the database answers and the services run.</summary>
    private async Task<List<ProcessIdentity>> StartAsync()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(PlatformStack.Root, "Insp1r.AppHost", "bin", framework.Parent!.Name, framework.Name, "Insp1r.AppHost.dll");
        var start = new ProcessStartInfo("setsid", ["dotnet", assembly, "--Parameters:demo=false", "--Insp1r:Detached=true"]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        (start.Environment["INSP1R_STATE"], start.Environment["INSP1R_PORT"]) = (_folder, FreePort.Next().ToString(CultureInfo.InvariantCulture));
        _appHost = Process.Start(start)!;
        _appHost.BeginOutputReadLine();
        _appHost.BeginErrorReadLine();
        await Until.TrueAsync(
            () => PlatformStatus.Read(new StateFolder(_folder)) is { Resources: { Count: > 0 } resources } && resources.All(resource => resource.Process is not null), "all processes are started", Ct, _allStarted);
        return [.. Tree().Select(ProcessIdentity.Find).OfType<ProcessIdentity>()];
    }

    private async Task UntilGoneAsync(List<ProcessIdentity> processes, string how)
    {
        Assert.True(processes.Count > 15, $"Only {processes.Count} processes were found.");
        await Until.TrueAsync(() => processes.TrueForAll(process => !process.IsAlive()), $"all processes are gone after {how}", Ct, _allGone);
        await _appHost!.WaitForExitAsync(Ct);
    }

    // The orchestrator starts beside the application host and not below it.
    private HashSet<int> Tree()
    {
        var children = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0).Select(id => (Id: id, Parent: ParentOf(id))).ToLookup(process => process.Parent, process => process.Id);
        var found = new HashSet<int>();
        var queue = new Queue<int>([_appHost!.Id, .. Orchestrators()]);
        while (queue.TryDequeue(out var id))
        {
            if (!found.Add(id))
                continue;
            foreach (var child in children[id])
                queue.Enqueue(child);
        }

        return found;
    }

    private IEnumerable<int> Orchestrators()
    {
        var server = OrchestratorProcess.Find(_appHost!.Id)!;
        var kubeconfig = CommandLine(server.ProcessId).SkipWhile(word => word != "--kubeconfig").ElementAt(1);
        return Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && CommandLine(id) is [var program, .. var rest] && Path.GetFileName(program) == "dcp" && rest.Contains(kubeconfig));
    }

    private static string[] CommandLine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static int ParentOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
