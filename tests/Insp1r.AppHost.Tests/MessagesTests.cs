using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Insp1r.NativeHosting;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

/// <summary>What a user reads when the machine lacks something, and when a process does not stay up.</summary>
public sealed class MessagesTests : IDisposable
{
    private const long Megabyte = 1024 * 1024;
    private const long Plenty = 4096 * Megabyte;

    private readonly Model _model = new();
    private readonly StringWriter _terminal = new();
    private readonly StatusBoard _board = new();
    private readonly HttpClient _http = new();
    private readonly LogFile _engineLog;
    private readonly ConsoleOutput _console;

    public MessagesTests()
    {
        _engineLog = new LogFile(_model.State, "engine");
        _console = new ConsoleOutput(_terminal, _engineLog, verbose: false, TimeProvider.System);
    }

    public void Dispose()
    {
        _http.Dispose();
        _engineLog.Dispose();
        _terminal.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Servers_NotInstalled_AreNamedByTheirPackages()
    {
        _model.Builder.AddPostgres("postgres");
        _model.Builder.AddRabbitMQ("rabbitmq");

        var e = Assert.Throws<PlatformException>(() => Machine(Plenty).Check(_model.Builder.Resources));

        Assert.Equal("Missing on this machine: postgresql, rabbitmq-server. Install: sudo apt-get install postgresql rabbitmq-server", e.Message);
    }

    [Fact]
    public void Servers_OneInstalled_NamesTheOtherAlone()
    {
        _model.Builder.AddPostgres("postgres");
        _model.Builder.AddRabbitMQ("rabbitmq");
        var binaries = Directory.CreateDirectory(Path.Combine(_model.Folder, "lib", "postgresql", "17", "bin")).FullName;
        File.WriteAllText(Path.Combine(binaries, "postgres"), "");
        File.WriteAllText(Path.Combine(binaries, "initdb"), "");

        var e = Assert.Throws<PlatformException>(() => Machine(Plenty).Check(_model.Builder.Resources));

        Assert.Equal("Missing on this machine: rabbitmq-server. Install: sudo apt-get install rabbitmq-server", e.Message);
    }

    [Fact]
    public void Servers_NotInTheModel_AreNotAskedFor() => Machine(Plenty).Check(_model.Builder.Resources);

    [Fact]
    public void Disk_FullAtTheStart_IsToldWithWhatIsLeftAndAWayOut()
    {
        var e = Assert.Throws<PlatformException>(() => Machine(17 * Megabyte).Check(_model.Builder.Resources));

        Assert.Contains($"The disk that holds {_model.State.Root} has 17 MB left", e.Message, StringComparison.Ordinal);
        Assert.Contains("Make room, or choose a folder on another disk: INSP1R_STATE=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_FillsUpAndHasRoomAgain_IsAWarningUntilThen()
    {
        var free = Plenty;
        var reporter = new StatusReporter(_model.State, _board, TimeProvider.System);
        var watch = new DiskWatch(new Prerequisites(_model.State, _model.Folder, _ => free), reporter, _console);

        watch.Look();
        Assert.Null(reporter.Status.Message);

        free = 100 * Megabyte;
        watch.Look();
        var warning = PlatformStatus.Read(_model.State)!.Message;
        Assert.Contains("has 100 MB left; the databases and the broker need 512 MB", warning, StringComparison.Ordinal);
        Assert.Contains("Make room on it", warning, StringComparison.Ordinal);
        Assert.Contains("has 100 MB left", _terminal.ToString(), StringComparison.Ordinal);

        free = Plenty;
        watch.Look();
        Assert.Null(PlatformStatus.Read(_model.State)!.Message);
        Assert.Contains("has room again", _terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_CrashAfterCrash_IsToldWithItsExitCodeItsLogAndItsLastWords()
    {
        await RunAsync(_model.Builder.AddExecutable("crashing", "sh", _model.Folder, "-c", "echo cannot read the register; exit 3"));

        var told = _terminal.ToString();
        Assert.Contains("exited with code 3; starting again in 0.2 s. Why: ./insp1r logs crashing", told, StringComparison.Ordinal);
        Assert.Contains("exited with code 3; given up after 5 restarts. Why: ./insp1r logs crashing", told, StringComparison.Ordinal);
        var failure = StartUp.WithLogTail(StartUp.FindFailure(_board.Resources)!, _board.Resources, _model.State);
        Assert.StartsWith("crashing does not start: exited with code 3", failure, StringComparison.Ordinal);
        Assert.Contains(_model.State.LogOf("crashing"), failure, StringComparison.Ordinal);
        Assert.Contains("cannot read the register", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_ProgramIsMissing_IsToldByName()
    {
        await RunAsync(_model.Builder.AddExecutable("mailer", "no-such-mailer", _model.Folder));

        var failure = StartUp.WithLogTail(StartUp.FindFailure(_board.Resources)!, _board.Resources, _model.State);

        Assert.StartsWith("mailer does not start: exited with code 127", failure, StringComparison.Ordinal);
        Assert.Contains("no-such-mailer", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Project_NotBuilt_IsToldWithTheCommandThatBuildsIt()
    {
        var project = _model.AddProject("membership");
        await _model.VariablesAsync(project);

        var e = await Assert.ThrowsAsync<PlatformException>(() => Runner(project.Resource).PrepareAsync(_ => { }, TestContext.Current.CancellationToken));

        Assert.Contains("membership.dll is missing: the project is not built. Build it: dotnet build Insp1r.sln", e.Message, StringComparison.Ordinal);
    }

    private Prerequisites Machine(long free) => new(_model.State, Path.Combine(_model.Folder, "lib"), _ => free);

    /// <summary>Runs the resource until it is given up.</summary>
    private async Task RunAsync(IResourceBuilder<ExecutableResource> resource)
    {
        var workload = Runner(resource.Resource);
        using var log = new LogFile(_model.State, workload.Name);
        _board.Add(new ResourceStatus { Name = workload.Name, Resource = workload.Name, Kind = workload.Kind, State = ResourceState.Waiting });
        var runner = new ResourceRunner(workload, _ => Task.CompletedTask, _board, _console, log, new HurriedClock());
        await runner.RunAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private ProjectRunner Runner(IResource resource)
    {
        var replica = EndpointAllocation.ReplicasOf(resource, new PortBook(_model.State)).Single();
        return new ProjectRunner(resource, replica, new ProjectEnvironment(_model.Builder.ExecutionContext, new Dictionary<string, string>()), _http);
    }

    /// <summary>Waits a hundredth of what it is asked to.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime / 100, period);
    }
}
