using System.Net;
using System.Net.Sockets;
using Insp1r.Platform;

namespace Insp1r.Cli.Tests;

public sealed class AspireRunTests : IDisposable
{
    private static readonly DateTimeOffset _start = DateTimeOffset.UnixEpoch;
    private static readonly ProcessIdentity _self = ProcessIdentity.Find(Environment.ProcessId)!;
    private static readonly PlatformStatus _starting = AspireRun.Starting(_self, _self, "http://127.0.0.1:8080", "http://localhost:18888", _start);

    private readonly string _parent = Directory.CreateTempSubdirectory("insp1r-aspire-").FullName;

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Status_GatewayNotReadyYet_IsStarting()
    {
        var status = AspireRun.After(_starting, "no answer: Connection refused", _start.AddSeconds(5));

        Assert.Equal(PlatformState.Starting, status.State);
        Assert.Equal((ResourceState.Starting, "no answer: Connection refused"), Gateway(status));
        Assert.Null(status.SecondsToHealthy);
        Assert.True(status.IsLive);
    }

    [Fact]
    public void Status_GatewayReady_IsRunningWithTheTimeItTook()
    {
        var status = AspireRun.After(_starting, problem: null, _start.AddSeconds(12.34));

        Assert.Equal(PlatformState.Running, status.State);
        Assert.Equal((ResourceState.Running, null), Gateway(status));
        Assert.Equal(12.3, status.SecondsToHealthy);
        Assert.All(status.Resources, r => Assert.Equal(ResourceState.Running, r.State));
    }

    [Fact]
    public void Status_GatewayFailsLater_IsUnhealthyUntilItIsReadyAgain()
    {
        var running = AspireRun.After(_starting, problem: null, _start.AddSeconds(12));

        var ill = AspireRun.After(running, "/health/ready answers 503", _start.AddMinutes(5));
        Assert.Equal(PlatformState.Running, ill.State);
        Assert.Equal((ResourceState.Unhealthy, "/health/ready answers 503"), Gateway(ill));

        var well = AspireRun.After(ill, problem: null, _start.AddMinutes(6));
        Assert.Equal((ResourceState.Running, null), Gateway(well));
        Assert.Equal(12, well.SecondsToHealthy);
    }

    [Fact]
    public void Status_SameAnswerAgain_IsNotWrittenAgain()
    {
        var running = AspireRun.After(_starting, problem: null, _start.AddSeconds(12));

        Assert.Same(running, AspireRun.After(running, problem: null, _start.AddSeconds(16)));
    }

    [Theory]
    [InlineData(0, false, nameof(PlatformState.Stopped), null)]
    [InlineData(143, true, nameof(PlatformState.Stopped), null)]
    [InlineData(134, false, nameof(PlatformState.Failed), "Aspire's application host ended with exit code 134.")]
    public void Status_ApplicationHostEnded_NamesNoProcess(int exitCode, bool asked, string state, string? message)
    {
        var status = AspireRun.Ended(AspireRun.After(_starting, problem: null, _start), exitCode, asked);

        Assert.Equal((Enum.Parse<PlatformState>(state), message), (status.State, status.Message));
        Assert.All(status.Resources, r => Assert.Equal((ResourceState.Stopped, (ProcessIdentity?)null), (r.State, r.Process)));
        Assert.False(status.IsLive);
    }

    [Theory]
    [InlineData("200 OK", null)]
    [InlineData("503 Service Unavailable", "/health/ready answers 503")]
    public async Task Probe_GatewayAnswers_IsReadyOrSaysWhatNot(string answer, string? expected)
    {
        var ct = TestContext.Current.CancellationToken;
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        gateway.Start();

        var probing = AspireRun.ProbeAsync($"http://{gateway.LocalEndpoint}", ct);
        using var connection = await gateway.AcceptTcpClientAsync(ct);
        await using var stream = connection.GetStream();
        using var reader = new StreamReader(stream);
        Assert.Equal("GET /health/ready HTTP/1.1", await reader.ReadLineAsync(ct));
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), ct);

        Assert.Equal(expected, await probing);
    }

    [Fact]
    public async Task Probe_NobodyListens_SaysSo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}";
        taken.Stop();

        Assert.StartsWith("no answer: ", await AspireRun.ProbeAsync(address, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BesideAnother_IsRefused()
    {
        var state = new StateFolder(Path.Combine(_parent, "state"));
        state.Create();
        await using var held = state.Lock();

        var e = await Assert.ThrowsAsync<PlatformException>(() => AspireRun.RunAsync(new Installation(_parent, state), [], TestContext.Current.CancellationToken));

        Assert.Contains("The platform runs already with the state folder", e.Message, StringComparison.Ordinal);
    }

    private static (ResourceState State, string? Message) Gateway(PlatformStatus status) =>
        status.Resources.Where(r => r.Name == "gateway").Select(r => (r.State, r.Message)).Single();
}
