using System.Text;
using System.Text.Json;
using Insp1r.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Insp1r.Messaging.Operations;

/// <summary>What an operator sees of the messages that a consumer of this service could not handle.</summary>
public sealed record FailedMessage(string Queue, string? EventType, int Events, string? Reason, string? FailedAt);

/// <summary>Lists, reads and replays the <c>_error</c> queues of this service.</summary>
internal sealed class ErrorQueues(MessagingOptions options, IEnumerable<Subscription> subscriptions)
{
    private const int MaxRead = 100;

    private readonly string[] _queues = [.. subscriptions.Select(subscription => subscription.Queue)];

    public bool Has(string queue) => _queues.Contains(queue, StringComparer.Ordinal);

    /// <summary>How many messages lie in each error queue.</summary>
    public async Task<Dictionary<string, uint>> CountAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        var counts = new Dictionary<string, uint>(StringComparer.Ordinal);
        foreach (var queue in _queues)
        {
            // A queue that does not exist yet closes its channel.
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            try
            {
                counts[queue] = (await channel.QueueDeclarePassiveAsync($"{queue}_error", ct)).MessageCount;
            }
            catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
            {
                counts[queue] = 0;
            }
        }

        return counts;
    }

    /// <summary>Reads up to 100 messages of an error queue and leaves them there.</summary>
    public async Task<List<FailedMessage>> ReadAsync(string queue, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var messages = new List<FailedMessage>();
        try
        {
            while (messages.Count < MaxRead && await channel.BasicGetAsync($"{queue}_error", autoAck: false, ct) is { } message)
                messages.Add(Describe(queue, message));
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            // No message has failed yet.
        }

        // Closing the channel puts the unacknowledged messages back.
        return messages;
    }

    /// <summary>Sends the messages of an error queue to its consumer again and returns how many. A copy is confirmed before the original goes.</summary>
    /// <param name="tell">Is given how many wait, before the first is sent; not called where none does.</param>
    public async Task<int> ReplayAsync(string queue, Func<uint, Task> tell, CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), ct);
        var replayed = 0;
        try
        {
            // Only what lies there now: a message that fails again must not go round for ever.
            var waiting = (await channel.QueueDeclarePassiveAsync($"{queue}_error", ct)).MessageCount;
            if (waiting > 0)
                await tell(waiting);
            while (replayed < waiting && await channel.BasicGetAsync($"{queue}_error", autoAck: false, ct) is { } message)
            {
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties(message.BasicProperties), message.Body, ct);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, ct);
                replayed++;
            }
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == 404)
        {
            // No message has failed yet.
        }

        return replayed;
    }

    private Task<IConnection> ConnectAsync(CancellationToken ct) => new ConnectionFactory { Uri = options.Broker }.CreateConnectionAsync("operations", ct);

    private static FailedMessage Describe(string queue, BasicGetResult message)
    {
        var headers = message.BasicProperties.Headers;
        string? type = null;
        var events = 0;
        try
        {
            using var body = JsonDocument.Parse(message.Body);
            var pack = body.RootElement.GetProperty("message");
            type = pack.GetProperty("type").GetString();
            events = pack.GetProperty("items").GetArrayLength();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not one of our packs: the reason says more than its content.
        }

        return new FailedMessage(queue, type, events, Header("MT-Fault-Message"), Header("MT-Fault-Timestamp"));

        string? Header(string name) => headers?.TryGetValue(name, out var value) == true
            ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString()
            : null;
    }
}
