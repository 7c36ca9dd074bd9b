using Insp1r.Contracts;
using RabbitMQ.Client;

namespace Insp1r.Messaging.Relay;

/// <summary>
/// Exchanges and queues, declared as MassTransit declares them: one fanout exchange per event type, one per queue, bound to each
/// other. A publisher declares its subscribers' queues too, before it sends: the broker confirms what it then routes to nobody.
/// </summary>
internal static class BrokerTopology
{
    /// <summary>
    /// How often the broker may hand a message out before it drops it: from RabbitMQ 4.0 on only 20 times if nothing is said, and each
    /// crash of a consumer counts. Messages are set apart by us, never dropped by the broker.
    /// </summary>
    public const int DeliveryLimit = 1_000_000_000;

    private static readonly Dictionary<string, object?> Quorum = new(StringComparer.Ordinal) { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = DeliveryLimit };

    private static readonly HashSet<string> Subscribed = [.. Subscriptions.All.SelectMany(subscription => subscription.Events)];

    /// <summary>True where somebody must get it: an event of this type that no queue takes is a fault, not an answer.</summary>
    public static bool HasSubscriber(string type) => Subscribed.Contains(type);

    /// <summary>Declares what the events of one service need.</summary>
    public static async Task DeclareAsync(Uri broker, string service, CancellationToken ct)
    {
        await using var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync($"{service}-topology", ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var own = EventTypes.Names.Where(name => name.StartsWith(service + ".", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var type in own)
            await channel.ExchangeDeclareAsync(type, ExchangeType.Fanout, durable: true, cancellationToken: ct);

        foreach (var subscription in Subscriptions.All.Where(subscription => subscription.Events.Any(own.Contains)))
        {
            await channel.ExchangeDeclareAsync(subscription.Queue, ExchangeType.Fanout, durable: true, cancellationToken: ct);
            await channel.QueueDeclareAsync(subscription.Queue, durable: true, exclusive: false, autoDelete: false, Quorum, cancellationToken: ct);
            await channel.QueueBindAsync(subscription.Queue, subscription.Queue, "", cancellationToken: ct);
            foreach (var type in subscription.Events.Where(own.Contains))
                await channel.ExchangeBindAsync(subscription.Queue, type, "", cancellationToken: ct);
        }
    }
}
