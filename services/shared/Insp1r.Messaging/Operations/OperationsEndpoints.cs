using Insp1r.Messaging.Log;
using Insp1r.Messaging.Relay;
using Insp1r.Messaging.Retention;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using RabbitMQ.Client.Exceptions;

namespace Insp1r.Messaging.Operations;

/// <summary>What operators see of a service's log and queues, and what they can mend: replays, dead rows, failed messages.</summary>
public static class OperationsEndpoints
{
    private static readonly TimeSpan MostOfARequest = TimeSpan.FromSeconds(20);

    public static void MapOperations(this IEndpointRouteBuilder api, string service)
    {
        var suffix = char.ToUpperInvariant(service[0]) + service[1..];
        var operations = api.MapGroup($"/operations/{service}").WithTags("Operations").Requires(Role.Operator, Scopes.Operate);
        operations.MapGet("/log", ReadLogAsync).WithName($"ReadLogState{suffix}").WithSummary("The relay's lag, the horizon's age, and how many rows are dead");
        operations.MapPost("/log/replay", ReplayAsync).WithName($"ReplayLog{suffix}").WithSummary("Send the log to its consumers again, from a time or from the beginning");
        operations.MapPost("/log/restored", RestoredAsync).WithName($"MarkRestored{suffix}").WithSummary("After a restore: old cursors are answered 410, and every row is sent again");
        operations.MapGet("/dead", ListDeadAsync).WithName($"ListDeadRows{suffix}").WithSummary("Rows that could not be published");
        operations.MapPost("/dead/retry", RetryDeadAsync).WithName($"RetryDeadRows{suffix}").WithSummary("Publish the dead rows again");
        operations.MapGet("/errors", CountErrorsAsync).WithName($"CountErrors{suffix}").WithSummary("How many messages each consumer could not handle");
        operations.MapGet("/errors/{queue}", ReadErrorsAsync).WithName($"ReadErrors{suffix}").WithSummary("Those messages, up to 100, with the reason");
        operations.MapPost("/errors/{queue}/replay", ReplayErrorsAsync).WithName($"ReplayErrors{suffix}").WithSummary("Hand them to the consumer again");
        operations.MapRetention(suffix);
    }

    public sealed record LogStateResponse(long LagRows, double LagSeconds, double HorizonSeconds, long DeadRows, DateTimeOffset MovedAt, bool RelaysHere);

    /// <summary>From this time on; without it from the beginning of the log.</summary>
    public sealed record ReplayRequest(DateTimeOffset? Since = null);

    public sealed record ReplayResponse(long Rows);

    /// <summary>A large log takes several calls: go on until it is done.</summary>
    public sealed record RestoredResponse(bool Done);

    public sealed record DeadRow(Guid Id, string Type, string Reason, int Attempts, DateTimeOffset DiedAt);

    private static async Task<Ok<LogStateResponse>> ReadLogAsync(ServiceDatabase database, RelayState relay, CancellationToken ct)
    {
        var lag = await LogLag.ReadAsync(database.DataSource, ct);
        return TypedResults.Ok(new LogStateResponse(lag.Rows, lag.OldestSeconds, lag.HorizonSeconds, lag.Dead, lag.MovedAt, relay.IsActive));
    }

    private static async Task<Ok<ReplayResponse>> ReplayAsync(ReplayRequest request, ServiceDatabase database, LogSignal signal, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Just before the first row of that time; a relay at work notices that its position was moved, and follows.
        await using var command = new NpgsqlCommand("""
            with target as (
              select coalesce((select c.tx_id from change_log c where c.occurred_at >= $1 order by c.tx_id, c.seq limit 1), pg_snapshot_xmin(pg_current_snapshot())) as tx)
            update log_reader r set tx_id = least(r.tx_id, t.tx), seq = case when t.tx <= r.tx_id then 0 else r.seq end, moved_at = now()
            from target t where r.name = 'broker'
            returning (select count(*) from change_log c where (c.tx_id, c.seq) > (r.tx_id, r.seq) and c.visibility <> 'audit')
            """, connection, transaction);
        command.Parameters.AddWithValue(request.Since?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch);
        var rows = (long)(await command.ExecuteScalarAsync(ct))!;
        await database.NoteAsync(transaction, "log", "replayed", new { request.Since, rows }, clock, ct);
        signal.Raise();
        return TypedResults.Ok(new ReplayResponse(rows));
    }

    private static async Task<Ok<RestoredResponse>> RestoredAsync(ServiceDatabase database, LogSignal signal, TimeProvider clock, CancellationToken ct)
    {
        // In a restored or copied cluster transaction ids begin anew: rows of a higher id than any that was given yet would wait for
        // it, out of sight. They sort in front of all that comes.
        var start = clock.GetTimestamp();
        while (await ExecuteAsync("""
            update change_log set first_tx = coalesce(first_tx, tx_id), tx_id = '0' where ctid = any(array(
              select ctid from change_log where tx_id >= pg_snapshot_xmax(pg_current_snapshot()) order by tx_id desc limit 5000))
            """) > 0)
        {
            // The gateway gives an answer thirty seconds.
            if (clock.GetElapsedTime(start) > MostOfARequest)
                return TypedResults.Ok(new RestoredResponse(Done: false));
        }

        // A relay at work sees that its position is another, even where it stood at the beginning.
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var mark = new NpgsqlCommand("""
            with state as (update change_log_state set epoch = epoch + 1, trimmed_to = '0', trimmed_seq = 0)
            update log_reader set tx_id = '0', seq = least(seq, 0) - 1, moved_at = now()
            """, connection, transaction);
        await mark.ExecuteNonQueryAsync(ct);
        await database.NoteAsync(transaction, "log", "restored", null, clock, ct);
        signal.Raise();
        return TypedResults.Ok(new RestoredResponse(Done: true));

        async Task<int> ExecuteAsync(string sql)
        {
            await using var command = database.DataSource.CreateCommand(sql);
            return await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task<Ok<Page<DeadRow>>> ListDeadAsync(ServiceDatabase database, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"select id, type, reason, attempts, died_at from change_log_dead order by died_at, id limit {PageQuery.MaxLimit}");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<DeadRow>();
        while (await reader.ReadAsync(ct))
            rows.Add(new DeadRow(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), await reader.GetFieldValueAsync<DateTimeOffset>(4, ct)));
        return TypedResults.Ok(new Page<DeadRow>(rows, null));
    }

    private static async Task<Ok<ReplayResponse>> RetryDeadAsync(ServiceDatabase database, LogSignal signal, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Consumers are idempotent, so going back to the oldest dead row is simplest and safe. One place further back, or before where
        // the position stands: a relay at work may have passed the row already, and must see that it was moved.
        await using var command = new NpgsqlCommand("""
            with gone as (delete from change_log_dead returning tx_id, seq),
                 oldest as (select tx_id, seq from gone order by tx_id, seq limit 1),
                 moved as (update log_reader r set moved_at = now(), tx_id = least(r.tx_id, o.tx_id),
                             seq = case when r.tx_id < o.tx_id then r.seq when r.tx_id > o.tx_id then o.seq else least(r.seq, o.seq) end - 1
                           from oldest o where r.name = 'broker')
            select count(*) from gone
            """, connection, transaction);
        var rows = (long)(await command.ExecuteScalarAsync(ct))!;
        await database.NoteAsync(transaction, "log", "dead-retried", new { rows }, clock, ct);
        signal.Raise();
        return TypedResults.Ok(new ReplayResponse(rows));
    }

    private static async Task<Results<Ok<Dictionary<string, uint>>, ProblemHttpResult>> CountErrorsAsync(ErrorQueues queues, CancellationToken ct)
    {
        try
        {
            return TypedResults.Ok(await queues.CountAsync(ct));
        }
        catch (BrokerUnreachableException)
        {
            return BrokerAway();
        }
    }

    private static async Task<Results<Ok<Page<FailedMessage>>, ProblemHttpResult>> ReadErrorsAsync(string queue, ErrorQueues queues, CancellationToken ct)
    {
        if (!queues.Has(queue))
            return NoQueue(queue);
        try
        {
            return TypedResults.Ok(new Page<FailedMessage>(await queues.ReadAsync(queue, ct), null));
        }
        catch (BrokerUnreachableException)
        {
            return BrokerAway();
        }
    }

    private static async Task<Results<Ok<ReplayResponse>, ProblemHttpResult>> ReplayErrorsAsync(
        string queue, ErrorQueues queues, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (!queues.Has(queue))
            return NoQueue(queue);
        try
        {
            // The broker takes no part in a transaction. So it is told first: better a row without its deed than a deed without its row.
            return TypedResults.Ok(new ReplayResponse(await queues.ReplayAsync(
                queue, waiting => database.NoteAsync("queue", "replayed", new { queue, messages = waiting }, clock, ct), ct)));
        }
        catch (BrokerUnreachableException)
        {
            return BrokerAway();
        }
    }

    private static ProblemHttpResult NoQueue(string queue) => CommonErrors.NotFound.ToProblem($"This service has no consumer '{(queue.Length > 60 ? queue[..60] : queue)}'.");

    private static ProblemHttpResult BrokerAway() => CommonErrors.Unavailable.ToProblem("The broker does not answer; nothing was changed.");
}
