using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.Contracts;
using Insp1r.ServiceDefaults.Http;
using Insp1r.Testing.Stack;
using RabbitMQ.Client;

namespace Insp1r.Testing;

/// <summary>One item of a pack, as a publisher would send it, or as none should.</summary>
public sealed record PackItem(Guid Id, JsonNode? Data)
{
    public static PackItem Of(IEvent happened) => new(Guid.CreateVersion7(), JsonSerializer.SerializeToNode(happened, happened.GetType(), JsonDefaults.Options));
}

/// <summary>
/// Puts packs of events on the broker past any log: in any order, more than once, or spoiled. The exchange must exist; it does
/// once the service under test has connected its queues.
/// </summary>
public sealed class BrokerClient : IAsyncDisposable
{
    private readonly IConnection _connection;

    private BrokerClient(IConnection connection) => _connection = connection;

    public static async Task<BrokerClient> ConnectAsync(Uri broker, CancellationToken ct) =>
        new(await new ConnectionFactory { Uri = broker }.CreateConnectionAsync("test", ct));

    /// <summary>
    /// Sends one pack of events of one type, and returns when the broker has confirmed it. A pack that the broker did not take, as a queue that is
    /// choosing its leader does not, is sent again, as every publisher has to; its events count once.
    /// </summary>
    public async Task SendAsync(string type, IReadOnlyList<PackItem> items, CancellationToken ct)
    {
        await using var channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), ct);
        await Until.TrueAsync(
            async () =>
            {
                await channel.BasicPublishAsync(type, "", mandatory: true, Properties(), Envelope(type, items), ct);
                return true;
            },
            $"the broker takes {type}", ct);
    }

    public Task SendAsync(IEvent happened, CancellationToken ct) => SendAsync(EventTypes.Of(happened.GetType()).Name, [PackItem.Of(happened)], ct);

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();

    private static BasicProperties Properties() => new() { ContentType = "application/vnd.masstransit+json", DeliveryMode = DeliveryModes.Persistent };

    // The envelope of MassTransit's JSON format, with what a consumer needs.
    private static byte[] Envelope(string type, IReadOnlyList<PackItem> items) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        messageId = items[0].Id,
        messageType = new[] { "urn:message:insp1r:event-pack" },
        message = new
        {
            type,
            items = items.Select(item => new { id = item.Id, traceParent = (string?)null, occurredAt = DateTimeOffset.UtcNow, data = item.Data }),
        },
    });
}
