using Aspire.Hosting;
using Insp1r.NativeHosting;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

public sealed class StateTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Model _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Ports_NextStart_AreTheSame()
    {
        var first = new PortBook(_model.State);
        List<int> given = [first.Get("membership/http"), first.Get("gateway/http")];
        first.Save();

        var second = new PortBook(_model.State);

        Assert.Equal(given, [second.Get("membership/http"), second.Get("gateway/http")]);
        Assert.Equal(2, given.Distinct().Count());
    }

    [Fact]
    public void Ports_TakenMeanwhile_AreReplaced()
    {
        var first = new PortBook(_model.State);
        var port = first.Get("membership/http");
        first.Save();
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        other.Start();

        Assert.NotEqual(port, new PortBook(_model.State).Get("membership/http"));
    }

    [Fact]
    public void Ports_TakenPortOfTheModel_IsToldWithItsHolder()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;
        _model.AddProject("gateway").WithHttpEndpoint(port: port);

        var e = Assert.Throws<PlatformException>(() => EndpointAllocation.Allocate(_model.Builder.Resources, new PortBook(_model.State)));

        Assert.Contains($"Port {port}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", e.Message, StringComparison.Ordinal);
        Assert.Contains("INSP1R_PORT=", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_NextStart_AreTheSameAndTheOwnersAlone()
    {
        var password = new SecretStore(_model.State).GetOrCreate("postgres-password");

        Assert.Equal(password, new SecretStore(_model.State).GetOrCreate("postgres-password"));
        Assert.Equal(24, password.Length);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(new SecretStore(_model.State).PathOf("postgres-password")));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_model.State.Secrets));
    }

    [Fact]
    public void Model_StateFolderOfTheEngine_IsTheModelsToo() =>
        Assert.Equal(_model.State.Root, _model.Builder.Configuration[StateFolder.Variable]);

    [Fact]
    public void Status_WrittenAndRead_IsTheSame()
    {
        var status = new PlatformStatus
        {
            State = PlatformState.Running,
            Engine = ProcessIdentity.Find(Environment.ProcessId)!,
            StartedAt = DateTimeOffset.UnixEpoch,
            Resources = [new ResourceStatus { Name = "membership-1", Resource = "membership", Kind = "project", State = ResourceState.Restarting, Restarts = 3 }],
        };

        status.Write(_model.State);
        var read = PlatformStatus.Read(_model.State)!;

        Assert.Equal(status.Resources, read.Resources);
        Assert.Equal(status.Engine, read.Engine);
        Assert.True(read.IsLive);
    }

    [Fact]
    public void Process_IdGivenToAnother_IsNotTakenForIt()
    {
        var self = ProcessIdentity.Find(Environment.ProcessId)!;

        Assert.True(self.IsAlive());
        Assert.False((self with { StartTicks = self.StartTicks - 1 }).IsAlive());
        Assert.False((self with { BootId = "another boot" }).IsAlive());
    }

    [Fact]
    public void Log_FullFile_IsPutAside()
    {
        using var log = new LogFile(_model.State, "membership");
        var line = new string('x', 1024 * 1024);

        for (var megabyte = 0; megabyte < 17; megabyte++)
            log.Write(line);
        log.Write("after");

        Assert.Equal(["after"], File.ReadLines(_model.State.LogOf("membership")).TakeLast(1));
        Assert.True(new FileInfo(_model.State.LogOf("membership")).Length < 2 * line.Length);
        Assert.True(File.Exists(_model.State.LogOf("membership") + ".1"));
    }
}
