using Insp1r.Contracts;
using Insp1r.Messaging.Relay;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Consuming;

/// <summary>One queue of this service: how it is set up, and who handles its packs.</summary>
internal sealed record QueueConsumer(Subscription Subscription, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Configure);

/// <summary>
/// Connects the queues of this service, and connects them again as soon as the broker is back. MassTransit does so by itself, but
/// after an outage it may wait half a minute more, and its pause cannot be set.
/// </summary>
internal sealed partial class QueueConsumers(
    IReceiveEndpointConnector connector, IBusControl bus, BrokerGate gate, IEnumerable<QueueConsumer> consumers, TimeProvider clock, ILogger<QueueConsumers> logger)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var connected = consumers.Select(consumer => new Connected(consumer, Connect(consumer), clock.GetTimestamp())).ToList();
        while (connected.Count > 0 && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Look, clock, stoppingToken);
                foreach (var queue in connected.Where(queue => clock.GetElapsedTime(queue.Since) > Patience && !IsHealthy(queue.Consumer)))
                    await ConnectAgainAsync(queue, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private HostReceiveEndpointHandle Connect(QueueConsumer consumer) =>
        connector.ConnectReceiveEndpoint(consumer.Subscription.Queue, consumer.Configure);

    private async Task ConnectAgainAsync(Connected queue, CancellationToken ct)
    {
        if (!await gate.IsListeningAsync(ct))
            return;

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(TimeSpan.FromSeconds(5));
        await queue.Handle.StopAsync(timeout.Token);
        (queue.Handle, queue.Since) = (Connect(queue.Consumer), clock.GetTimestamp());
        Log.Again(logger, queue.Consumer.Subscription.Queue);
    }

    private bool IsHealthy(QueueConsumer consumer) => bus.CheckHealth().Endpoints
        .Any(endpoint => endpoint.Key.EndsWith("/" + consumer.Subscription.Queue, StringComparison.Ordinal) && endpoint.Value.Status == BusHealthStatus.Healthy);

    private sealed class Connected(QueueConsumer consumer, HostReceiveEndpointHandle handle, long since)
    {
        public QueueConsumer Consumer { get; } = consumer;
        public HostReceiveEndpointHandle Handle { get; set; } = handle;
        public long Since { get; set; } = since;
    }

    private static partial class Log
    {
        [LoggerMessage(232, LogLevel.Information, "Connected {Queue} again")]
        public static partial void Again(ILogger logger, string queue);

        [LoggerMessage(233, LogLevel.Warning, "A queue could not be connected ({Reason}); trying again")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
