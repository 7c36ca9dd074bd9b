using System.Net;
using System.Net.Sockets;
using System.Text;
using Insp1r.NativeHosting;

namespace Insp1r.AppHost.Tests;

public sealed class ReplicaProxyTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly List<TcpListener> _replicas = [];
    private ReplicaProxy? _proxy;

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        _replicas.ForEach(r => r.Dispose());
    }

    [Fact]
    public async Task Connections_SeveralReplicas_TakeTurns()
    {
        Start(Answering("a"), Answering("b"));

        string[] answers = [await AskAsync(), await AskAsync(), await AskAsync(), await AskAsync()];

        Assert.Equal(2, answers.Count(a => a == "a"));
        Assert.Equal(2, answers.Count(a => a == "b"));
    }

    [Fact]
    public async Task Connection_ReplicaRefuses_GoesToTheNext()
    {
        Start(Gone(), Answering("b"));

        Assert.Equal(["b", "b", "b"], [await AskAsync(), await AskAsync(), await AskAsync()]);
    }

    [Fact]
    public async Task Connection_ReplicaIsNotUp_IsAskedLast()
    {
        var ill = Answering("ill") with { IsUp = () => false };
        Start(ill, Answering("b"));

        Assert.Equal(["b", "b", "b"], [await AskAsync(), await AskAsync(), await AskAsync()]);
    }

    [Fact]
    public async Task Connection_NoReplicaAnswers_IsClosed()
    {
        Start(Gone());

        using var client = await ConnectAsync();

        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Limit()));
    }

    [Fact]
    public async Task Client_EndsItsHalf_StillReadsTheWholeAnswer()
    {
        var replica = Listen();
        Start(Backend(replica));
        using var client = await ConnectAsync();
        using var server = await replica.AcceptSocketAsync(Limit());

        var stream = client.GetStream();
        await stream.WriteAsync("question"u8.ToArray(), Limit());
        client.Client.Shutdown(SocketShutdown.Send);
        var question = await ReadToEndAsync(new NetworkStream(server));
        await server.SendAsync("answer"u8.ToArray(), Limit());
        server.Shutdown(SocketShutdown.Send);

        Assert.Equal("question", question);
        Assert.Equal("answer", await ReadToEndAsync(stream));
    }

    [Fact]
    public async Task Bytes_OneAtATime_PassOnBeforeTheNextComes()
    {
        var replica = Listen();
        Start(Backend(replica));
        using var client = await ConnectAsync();
        using var server = await replica.AcceptSocketAsync(Limit());
        var received = new byte[1];

        for (byte sent = 1; sent <= 3; sent++)
        {
            await server.SendAsync(new[] { sent }, Limit());
            await client.GetStream().ReadExactlyAsync(received, Limit());

            Assert.Equal(sent, received[0]);
        }
    }

    [Fact]
    public async Task Replica_DiesInMidAnswer_ClientSeesAnError()
    {
        var replica = Listen();
        Start(Backend(replica));
        using var client = await ConnectAsync();
        var server = await replica.AcceptSocketAsync(Limit());
        await server.SendAsync("half"u8.ToArray(), Limit());
        await client.GetStream().ReadExactlyAsync(new byte[4], Limit());

        // What the kernel does to the connections of a killed process that has unread input.
        server.LingerState = new LingerOption(enable: true, seconds: 0);
        server.Close();

        await Assert.ThrowsAsync<IOException>(async () => await client.GetStream().ReadExactlyAsync(new byte[1], Limit()));
    }

    private static CancellationToken Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_patience);
        return limit.Token;
    }

    private static async Task<string> ReadToEndAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(Limit());
    }

    private void Start(params ReplicaProxy.Backend[] replicas)
    {
        _proxy = new ReplicaProxy(new IPEndPoint(IPAddress.Loopback, 0), replicas);
        _proxy.Start();
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(_proxy!.LocalEndPoint, Limit());
        return client;
    }

    private async Task<string> AskAsync()
    {
        using var client = await ConnectAsync();
        return await ReadToEndAsync(client.GetStream());
    }

    private TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _replicas.Add(listener);
        return listener;
    }

    private static ReplicaProxy.Backend Backend(TcpListener listener) => new((IPEndPoint)listener.LocalEndpoint, () => true);

    private ReplicaProxy.Backend Gone()
    {
        var listener = Listen();
        var gone = Backend(listener);
        listener.Stop();
        return gone;
    }

    private ReplicaProxy.Backend Answering(string answer)
    {
        var listener = Listen();
        _ = AnswerAsync();
        return Backend(listener);

        async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
