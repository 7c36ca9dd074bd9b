using Insp1r.ServiceDefaults.Access;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Messaging.Retention;

/// <summary>Applies the rules, one after the other, and notes of each what it did. A rule that fails stops none of the others.</summary>
internal sealed partial class RetentionJob(
    ServiceDatabase database, IServiceScopeFactory scopes, RetentionRules rules, RetentionState state, TimeProvider clock, ILogger<RetentionJob> logger)
{
    private const int MaxReason = 500;

    /// <param name="most">Once that has passed each rule makes one more step; what is left waits for the next run.</param>
    public async Task RunAsync(TimeSpan most, CancellationToken ct)
    {
        // Whoever had it run: what is removed is removed by its rule.
        Cause.Set(Cause.OfSystem("job retention"));
        var start = clock.GetTimestamp();
        var overdue = new List<string>();
        foreach (var rule in rules.All)
        {
            var startedAt = clock.GetUtcNow();
            var before = startedAt - rule.Keep;
            var (removed, oldest, error) = (0L, (DateTimeOffset?)null, (string?)null);
            await TryAsync(async () =>
            {
                long step;
                do
                {
                    await using var scope = scopes.CreateAsyncScope();
                    step = await rule.Removal.StepAsync(scope.ServiceProvider, before, ct);
                    removed += step;
                }
                while (step > 0 && clock.GetElapsedTime(start) < most);
            });
            // What a rule that failed has left is what tells that it is not kept.
            var isKnown = await TryAsync(async () => oldest = await ReadOldestAsync(rule, ct));

            await NoteAsync(rule, startedAt, removed, error, oldest, ct);
            if (isKnown ? rule.IsOverdue(oldest, startedAt) : state.Overdue.Contains(rule.DataClass, StringComparer.Ordinal))
                overdue.Add(rule.DataClass);
            var tag = new KeyValuePair<string, object?>("class", rule.DataClass);
            MessagingMetrics.Removed.Add(removed, tag);
            if (isKnown)
                MessagingMetrics.PastItsTime.Record(oldest < before ? (before - oldest.Value).TotalSeconds : 0, tag);

            async Task<bool> TryAsync(Func<Task> work)
            {
                try
                {
                    await work();
                    return true;
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    var reason = ReasonOf(e);
                    error ??= reason;
                    Log.Failed(logger, rule.DataClass, reason);
                    return false;
                }
            }
        }

        state.Overdue = overdue;
    }

    private async Task<DateTimeOffset?> ReadOldestAsync(RetentionRule rule, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(rule.Removal.Oldest);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return !await reader.ReadAsync(ct) || await reader.IsDBNullAsync(0, ct) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(0, ct);
    }

    private async Task NoteAsync(RetentionRule rule, DateTimeOffset startedAt, long removed, string? error, DateTimeOffset? oldest, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(
            "insert into retention_run (rule, started_at, finished_at, removed, error, oldest_left) values ($1, $2, $3, $4, $5, $6)");
        command.Parameters.AddWithValue(rule.DataClass);
        command.Parameters.AddWithValue(startedAt);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(removed);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)error ?? DBNull.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.TimestampTz, (object?)oldest ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(ct);
    }

    // Of an error of the database what it says in short: its details may quote a row.
    private static string ReasonOf(Exception e)
    {
        var reason = (e as PostgresException ?? e.InnerException as PostgresException) is { } error ? $"{error.SqlState} {error.MessageText}" : e.GetType().Name;
        return reason.Length > MaxReason ? reason[..MaxReason] : reason;
    }

    private static partial class Log
    {
        [LoggerMessage(271, LogLevel.Error, "The retention rule {DataClass} could not be applied ({Reason}); it is tried again in an hour")]
        public static partial void Failed(ILogger logger, string dataClass, string reason);
    }
}
