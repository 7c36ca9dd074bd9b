using Insp1r.AppHost.Running;
using Insp1r.AppHost.Servers;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

/// <summary>What a user reads when the machine lacks something, and when a process does not stay up.</summary>
public sealed class MessagesTests : IDisposable
{
    private const long Megabyte = 1024 * 1024;
    private const long Plenty = 4096 * Megabyte;

    private readonly TestInstallation _installation = new();

    public void Dispose() => _installation.Dispose();

    [Fact]
    public void Servers_NotInstalled_AreNamedByTheirPackages()
    {
        var e = Assert.Throws<PlatformException>(() => Machine(Plenty).Check([Postgres(), RabbitMq()]));

        Assert.Equal("Missing on this machine: postgresql, rabbitmq-server. Install: sudo apt-get install postgresql rabbitmq-server", e.Message);
    }

    [Fact]
    public void Servers_OneInstalled_NamesTheOtherAlone()
    {
        var binaries = Directory.CreateDirectory(Path.Combine(_installation.Folder, "lib", "postgresql", "17", "bin")).FullName;
        File.WriteAllText(Path.Combine(binaries, "postgres"), "");

        var e = Assert.Throws<PlatformException>(() => Machine(Plenty).Check([Postgres(), RabbitMq()]));

        Assert.Equal("Missing on this machine: rabbitmq-server. Install: sudo apt-get install rabbitmq-server", e.Message);
    }

    [Fact]
    public void Disk_FullAtTheStart_IsToldWithWhatIsLeftAndAWayOut()
    {
        var e = Assert.Throws<PlatformException>(() => Machine(17 * Megabyte).Check([]));

        Assert.Contains($"The disk that holds {_installation.State.Root} has 17 MB left", e.Message, StringComparison.Ordinal);
        Assert.Contains("Make room, or choose a folder on another disk: INSP1R_STATE=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_FillsUpAndHasRoomAgain_IsAWarningUntilThen()
    {
        var free = Plenty;
        var watch = new DiskWatch(new Prerequisites(_installation.Installation) { FreeSpace = _ => free }, _installation.Status, _installation.Console);

        watch.Look();
        Assert.Null(_installation.Status.Status.Message);

        free = 100 * Megabyte;
        watch.Look();
        var warning = PlatformStatus.Read(_installation.State)!.Message;
        Assert.Contains("has 100 MB left; the databases and the broker need 512 MB", warning, StringComparison.Ordinal);
        Assert.Contains("Make room on it", warning, StringComparison.Ordinal);
        Assert.Contains("has 100 MB left", _installation.Terminal.ToString(), StringComparison.Ordinal);

        free = Plenty;
        watch.Look();
        Assert.Null(PlatformStatus.Read(_installation.State)!.Message);
        Assert.Contains("has room again", _installation.Terminal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Port_Taken_IsToldWithItsHolder()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;

        Assert.False(FreePort.IsFree(port));
        Assert.Contains($"process {Environment.ProcessId}", PortHolder.Describe(port), StringComparison.Ordinal);
    }

    [Fact]
    public void StartUp_CrashAfterCrash_IsAFailureWithItsReasonAndLastWords()
    {
        var crashing = new ResourceStatus
        {
            Name = "membership",
            Resource = "membership",
            Kind = "project",
            State = ResourceState.Restarting,
            Restarts = 5,
            Message = "exited with code 134",
        };
        File.WriteAllText(_installation.State.LogOf("membership"), "cannot read the register\n");

        var failure = StartUp.WithLogTail(StartUp.FindFailure([crashing])!, [crashing], _installation.State);

        Assert.StartsWith("membership does not start: exited with code 134", failure, StringComparison.Ordinal);
        Assert.Contains(_installation.State.LogOf("membership"), failure, StringComparison.Ordinal);
        Assert.Contains("cannot read the register", failure, StringComparison.Ordinal);
        Assert.Null(StartUp.FindFailure([crashing with { Restarts = 4 }]));
    }

    [Fact]
    public async Task Board_ChangeWhileWaiting_EndsTheWait()
    {
        var ct = TestContext.Current.CancellationToken;
        _installation.Board.Add(new ResourceStatus { Name = "membership", Resource = "membership", Kind = "project", State = ResourceState.Starting });

        var waiting = _installation.Board.UntilAsync(StartUp.IsComplete, ct);
        Assert.False(waiting.IsCompleted);
        _installation.Board.Update("membership", s => s with { State = ResourceState.Running });

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), ct);
    }

    private Prerequisites Machine(long free) => new(_installation.Installation) { Libraries = Path.Combine(_installation.Folder, "lib"), FreeSpace = _ => free };

    private static ServerProcess Postgres() => Server("postgres", "postgresql", ("postgresql", "*", "bin/postgres"));

    private static ServerProcess RabbitMq() => Server("rabbitmq", "rabbitmq-server", ("rabbitmq/lib", "rabbitmq_server-*", "sbin/rabbitmq-server"));

    private static ServerProcess Server(string name, string package, (string, string, string) files) =>
        new(name, $"{name}.sh", "/", package, files, _ => Aspire.Hosting.ApplicationModel.ReferenceExpression.Create($"nowhere"));
}
