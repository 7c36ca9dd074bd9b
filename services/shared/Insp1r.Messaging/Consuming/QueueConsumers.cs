using Insp1r.Contracts;
using Insp1r.Messaging.Relay;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Consuming;

/// <summary>One queue of this service: how it is set up, and who handles its packs.</summary>
internal sealed record QueueConsumer(Subscription Subscription, Action<IBusRegistrationContext, IReceiveEndpointConfigurator> Configure);

/// <summary>
/// Runs the bus with the queues of this service, and connects these again as soon as the broker is back. MassTransit does so by
/// itself, but after an outage it may wait half a minute more, and its pause cannot be set. Nor does its stop heed a token in every
/// place (a transport that was just starting over is awaited without one), so the stop is bounded here: what is unfinished comes again.
/// </summary>
internal sealed partial class QueueConsumers(
    IReceiveEndpointConnector connector, IBusControl bus, BrokerGate gate, IEnumerable<QueueConsumer> consumers, TimeProvider clock, ILogger<QueueConsumers> logger)
    : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private Task _started = Task.CompletedTask;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StopLimit);
        try
        {
            // A bus that still waits for its first broker has been told to give up.
            await _started.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await bus.StopAsync(limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or MassTransitException)
        {
            Log.StopCut(logger);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _started = bus.StartAsync(stoppingToken);
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
        timeout.CancelAfter(StopLimit);
        await queue.Handle.StopAsync(timeout.Token).WaitAsync(timeout.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
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

        [LoggerMessage(234, LogLevel.Information, "The bus did not stop in time and is left to the end of the process")]
        public static partial void StopCut(ILogger logger);
    }
}
