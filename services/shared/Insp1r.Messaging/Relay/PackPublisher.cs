using System.Diagnostics;
using Insp1r.Contracts;
using Insp1r.Messaging.Log;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Relay;

/// <summary>
/// Sends rows of the log to the broker and returns when each is confirmed, or counted as dead. An outage is waited out for ever;
/// only a row that the broker refuses while it is well goes to <c>change_log_dead</c>, so that the log goes on behind it.
/// </summary>
internal sealed partial class PackPublisher(IBus bus, BrokerGate gate, ServiceDatabase database, ILogger<PackPublisher> logger)
{
    // With the pauses between them about half a minute: longer than a queue is without a leader.
    private const int MaxAttempts = 20;
    private const int MaxPayload = 1 << 20;
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(1.5);

    // RabbitMQ.Client's own limiter stalls for about a second when its window fills, so the bound is here.
    private readonly SemaphoreSlim _inFlight = new(20);

    /// <summary>Publishes the rows of one read, packed by type.</summary>
    public Task PublishAsync(IReadOnlyList<LogRow> rows, CancellationToken ct)
    {
        if (rows.Count == 1)
            return PublishPackAsync([rows[0]], ct);

        var packs = rows.GroupBy(row => row.Type, StringComparer.Ordinal).SelectMany(type => type.Chunk(EventPack.MaxItems));
        return Task.WhenAll(packs.Select(pack => PublishPackAsync(pack, ct)));
    }

    private async Task PublishPackAsync(LogRow[] rows, CancellationToken ct)
    {
        await _inFlight.WaitAsync(ct);
        try
        {
            // What is no event, or was erased, has no payload: there is nothing to say.
            var sendable = rows.Where(row => row.Payload is not null).ToList();
            foreach (var row in sendable.Where(row => EventTypes.Find(row.Type) is null || row.Payload!.Length > MaxPayload).ToList())
            {
                sendable.Remove(row);
                await BuryAsync(row, EventTypes.Find(row.Type) is null ? "unknown type" : "too large", 0, ct);
            }

            if (sendable.Count > 0)
                await SendUntilConfirmedAsync(sendable, ct);
        }
        finally
        {
            _inFlight.Release();
        }
    }

    private async Task SendUntilConfirmedAsync(List<LogRow> rows, CancellationToken ct)
    {
        for (var refused = 0; ;)
        {
            try
            {
                await gate.WaitAsync(ct);
                await SendAsync(rows, ct);
                MessagingMetrics.Published.Add(rows.Count, new("type", rows[0].Type), new("outcome", "confirmed"));
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                MessagingMetrics.Published.Add(rows.Count, new("type", rows[0].Type), new("outcome", "failed"));
                // A lost connection fails in many ways (ObjectDisposedException is one), and a timeout means unknown: send again.
                // An answer of the broker is another matter.
                var isRefusal = e is MessageReturnedException or MessageNotAcknowledgedException;
                if (isRefusal && ++refused >= MaxAttempts)
                {
                    if (rows.Count == 1)
                    {
                        await BuryAsync(rows[0], e.GetType().Name, refused, ct);
                        return;
                    }

                    // One of them spoils the pack: send them one by one.
                    foreach (var row in rows)
                        await SendUntilConfirmedAsync([row], ct);
                    return;
                }

                gate.Shut();
                Log.SendAgain(logger, rows.Count, rows[0].Type, e.GetType().Name);
                await Task.Delay(Jitter(isRefusal ? Math.Min(100 * refused, 2_000) : 100), ct);
            }
        }
    }

    private async Task SendAsync(List<LogRow> rows, CancellationToken ct)
    {
        var type = rows[0].Type;
        using var single = rows.Count == 1 ? StartActivity(rows[0]) : null;
        var items = new EventItem[rows.Count];
        for (var i = 0; i < items.Length; i++)
        {
            using var activity = single is null ? StartActivity(rows[i]) : null;
            items[i] = new EventItem(rows[i].Id, (activity ?? single)?.Id ?? rows[i].TraceParent, rows[i].OccurredAt, new RawJson(rows[i].Payload));
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(PublishTimeout);
        var exchange = await bus.GetSendEndpoint(new Uri($"exchange:{type}"));
        await exchange.Send(new EventPack(type, items), new SendOptions(rows[0].Id, BrokerTopology.HasSubscriber(type)), timeout.Token);
    }

    private async Task BuryAsync(LogRow row, string reason, int attempts, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            insert into change_log_dead (id, tx_id, seq, type, reason, attempts, died_at) values ($1, $2, $3, $4, $5, $6, now())
            on conflict (id) do update set reason = excluded.reason, attempts = excluded.attempts, died_at = excluded.died_at
            """);
        command.Parameters.AddWithValue(row.Id);
        command.Parameters.Add(new() { Value = row.Position.Tx, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 });
        command.Parameters.AddWithValue(row.Position.Seq);
        command.Parameters.AddWithValue(row.Type);
        command.Parameters.AddWithValue(reason);
        command.Parameters.AddWithValue(attempts);
        await command.ExecuteNonQueryAsync(ct);
        MessagingMetrics.Dead.Add(1, new KeyValuePair<string, object?>("type", row.Type));
        Log.Dead(logger, row.Id, row.Type, reason);
    }

    private static Activity? StartActivity(LogRow row) =>
        ActivityContext.TryParse(row.TraceParent, null, isRemote: true, out var parent)
            ? MessagingMetrics.Activities.StartActivity($"relay {row.Type}", ActivityKind.Producer, parent)
            : null;

    private static TimeSpan Jitter(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds * (0.5 + Random.Shared.NextDouble()));

    private sealed class SendOptions(Guid messageId, bool mandatory) : IPipe<SendContext<EventPack>>
    {
        public Task Send(SendContext<EventPack> context)
        {
            context.MessageId = messageId;
            if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                rabbit.Mandatory = mandatory;
            return Task.CompletedTask;
        }

        public void Probe(ProbeContext context)
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(211, LogLevel.Information, "{Rows} row(s) of {Type} were not confirmed ({Reason}); sending again")]
        public static partial void SendAgain(ILogger logger, int rows, string type, string reason);

        [LoggerMessage(212, LogLevel.Error, "Row {Id} of {Type} cannot be published: {Reason}. It is in change_log_dead, and the log goes on")]
        public static partial void Dead(ILogger logger, Guid id, string type, string reason);
    }
}
