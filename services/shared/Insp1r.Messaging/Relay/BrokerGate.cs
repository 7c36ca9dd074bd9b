using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Relay;

/// <summary>
/// Shut while the broker is away. One caller at a time knocks; the others wait, instead of each trying to connect. It opens when the
/// queues of this service's subscribers are declared, so nothing is sent into an exchange that leads nowhere.
/// </summary>
internal sealed partial class BrokerGate(MessagingOptions options, ServiceDatabase database, ILogger<BrokerGate> logger)
{
    private readonly SemaphoreSlim _knock = new(1);
    private volatile bool _isOpen;

    /// <summary>Something failed on the way to the broker: look before the next is sent.</summary>
    public void Shut() => _isOpen = false;

    /// <summary>Returns when the broker answers and the topology stands.</summary>
    public async Task WaitAsync(CancellationToken ct)
    {
        if (_isOpen)
            return;

        await _knock.WaitAsync(ct);
        try
        {
            for (var attempt = 0; !_isOpen; attempt++)
            {
                if (await IsListeningAsync(ct))
                    await TryOpenAsync(attempt, ct);
                if (!_isOpen)
                    await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 300)), ct);
            }
        }
        finally
        {
            _knock.Release();
        }
    }

    /// <summary>True where somebody listens at the broker's address.</summary>
    public async Task<bool> IsListeningAsync(CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(TimeSpan.FromSeconds(1));
        try
        {
            await socket.ConnectAsync(options.Broker.Host, options.Broker.Port, timeout.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task TryOpenAsync(int attempt, CancellationToken ct)
    {
        try
        {
            await BrokerTopology.DeclareAsync(options.Broker, database.Service, ct);
            _isOpen = true;
            Log.Open(logger);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // A broker that just started refuses for a moment; one that goes on refusing is worth a line now and then.
            if (attempt % 20 == 19)
                Log.Refused(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(213, LogLevel.Information, "The broker is there, and the queues of this service's subscribers stand")]
        public static partial void Open(ILogger logger);

        [LoggerMessage(214, LogLevel.Warning, "The broker listens, and refuses the queues: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}
