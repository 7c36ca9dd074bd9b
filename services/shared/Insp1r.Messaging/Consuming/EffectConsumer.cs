using System.Diagnostics;
using Insp1r.Contracts;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Insp1r.Messaging.Consuming;

/// <summary>Runs an effect once per event, however often it arrives: the inbox row is in the effect's own transaction.</summary>
internal sealed class EffectConsumer<TDb, TEvent, TEffect>(string queue, IServiceScopeFactory scopes, ILogger<EffectConsumer<TDb, TEvent, TEffect>> logger)
    where TDb : LogDbContext
    where TEvent : class, IEvent
    where TEffect : class, IEffect<TDb, TEvent>
{
    /// <summary>Handles the events of a pack, and returns those that could not be.</summary>
    public async Task<IReadOnlyList<FailedItem>> ConsumeAsync(EventPack pack, CancellationToken ct)
    {
        var failed = new List<FailedItem>();
        foreach (var received in Unpacking.Unpack<TEvent>(pack, failed))
        {
            try
            {
                var tried = received with { FirstTryAt = Stopwatch.GetTimestamp() };
                await Transient.RetryAsync(token => OnceAsync(tried, token), queue, logger, ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                failed.Add(new FailedItem(received.Id, new InvalidOperationException($"{queue} cannot handle event {received.Id}: {e.GetBaseException().Message}", e)));
            }
        }

        return failed;
    }

    private async Task<bool> OnceAsync(Received<TEvent> received, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var consumer = new KeyValuePair<string, object?>("consumer", queue);
        using var trace = Unpacking.Trace(received, queue);
        // A scope for each attempt: a retried one must not save what the failed one had tracked.
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TDb>();

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await InsertInboxAsync(db, received.Id, ct))
        {
            MessagingMetrics.Duplicates.Add(1, consumer);
            return false;
        }

        Cause.Set(Cause.OfSystem($"event {received.Id}"));
        await scope.ServiceProvider.GetRequiredService<TEffect>().HandleAsync(received, db, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        MessagingMetrics.ConsumerDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, consumer);
        return true;
    }

    // A concurrent twin waits here for the first to end, then gets 0 rows, or 1 if the first was rolled back.
    private async Task<bool> InsertInboxAsync(TDb db, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "insert into inbox_message (message_id, consumer) values ($1, $2) on conflict do nothing",
            (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction());
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(queue);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }
}
