using Insp1r.AppHost.Running;
using Insp1r.Platform;

namespace Insp1r.AppHost.Tests;

public sealed class StateTests : IDisposable
{
    private readonly TestInstallation _installation = new();

    public void Dispose() => _installation.Dispose();

    [Fact]
    public void Status_WrittenAndRead_IsTheSame()
    {
        var status = new PlatformStatus
        {
            State = PlatformState.Running,
            AppHost = ProcessIdentity.Find(Environment.ProcessId)!,
            StartedAt = DateTimeOffset.UnixEpoch,
            Resources = [new ResourceStatus { Name = "membership-1", Resource = "membership", Kind = "project", State = ResourceState.Restarting, Restarts = 3 }],
        };

        status.Write(_installation.State);
        var read = PlatformStatus.Read(_installation.State)!;

        Assert.Equal(status.Resources, read.Resources);
        Assert.Equal(status.AppHost, read.AppHost);
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
        using var log = new LogFile(_installation.State, "membership");
        var line = new string('x', 1024 * 1024);

        for (var megabyte = 0; megabyte < 17; megabyte++)
            log.Write(line);
        log.Write("after");

        Assert.Equal(["after"], File.ReadLines(_installation.State.LogOf("membership")).TakeLast(1));
        Assert.True(new FileInfo(_installation.State.LogOf("membership")).Length < 2 * line.Length);
        Assert.True(File.Exists(_installation.State.LogOf("membership") + ".1"));
    }
}
