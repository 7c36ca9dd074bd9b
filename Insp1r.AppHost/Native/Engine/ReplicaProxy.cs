using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Insp1r.NativeHosting;

/// <summary>The stable address of a resource with several replicas: takes turns over those that are up, and passes bytes on as they come.</summary>
internal sealed class ReplicaProxy(IPEndPoint address, IReadOnlyList<ReplicaProxy.Backend> replicas) : IAsyncDisposable
{
    public sealed record Backend(IPEndPoint Address, Func<bool> IsUp);

    private const int BufferSize = 64 * 1024;

    private readonly Socket _listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;
    private int _turn = -1;

    public IPEndPoint LocalEndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    public void Start()
    {
        _listener.Bind(address);
        _listener.Listen(512);
        _accepting = AcceptAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptAsync(ct), ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException) when (!ct.IsCancellationRequested)
            {
                // Out of descriptors, or the caller has gone already: the next caller must not suffer for it.
                await Task.Delay(10, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken ct)
    {
        using (client)
        using (var server = await ConnectAsync(ct))
        {
            if (server is null)
                return;

            client.NoDelay = true;
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAll(CopyAsync(client, server, broken), CopyAsync(server, client, broken));
        }
    }

    /// <summary>Replicas that are up, beginning with the next in turn; the others after them, since health is known a little late.</summary>
    private async Task<Socket?> ConnectAsync(CancellationToken ct)
    {
        var turn = Interlocked.Increment(ref _turn) & int.MaxValue;
        var inTurn = Enumerable.Range(0, replicas.Count).Select(i => replicas[(turn + i) % replicas.Count]);
        foreach (var replica in inTurn.OrderBy(r => r.IsUp() ? 0 : 1))
        {
            var socket = new Socket(replica.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(replica.Address, ct);
                return socket;
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    // One side may end its half and still read the answer: the end is passed on, and the connection closes when both have ended.
    private static async Task CopyAsync(Socket from, Socket to, CancellationTokenSource broken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await from.ReceiveAsync(buffer, broken.Token) is > 0 and var received)
            {
                for (var sent = 0; sent < received;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, received - sent), broken.Token);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // An answer cut off must not look like one that has ended: the reader gets a reset.
            to.LingerState = new LingerOption(enable: true, seconds: 0);
            await broken.CancelAsync();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
