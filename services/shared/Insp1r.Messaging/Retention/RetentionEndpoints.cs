using System.Diagnostics.CodeAnalysis;
using Insp1r.Messaging.Operations;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Insp1r.Messaging.Retention;

/// <summary>The rules, and that they are kept: for operators, and for whoever has to prove it.</summary>
internal static class RetentionEndpoints
{
    private static readonly TimeSpan MostOfARequest = TimeSpan.FromSeconds(15);

    public static void MapRetention(this IEndpointRouteBuilder operations, string suffix)
    {
        operations.MapGet("/retention", ReadAsync).WithName($"ReadRetention{suffix}").WithSummary("How long each class of data is kept, why, and what the last runs removed");
        operations.MapPost("/retention/runs", RunAsync).WithName($"RunRetention{suffix}").WithSummary("Remove now what has had its time")
            .WithDescription("It happens by itself once an hour. A second time finds nothing more. Where there was too much for one call, a class is `due`: call again.")
            .WithMetadata(new OwnIdempotency());
    }

    /// <summary>A class of data, its rule, and what its last run did.</summary>
    /// <param name="Class">Its name; <c>Retention:{class}</c> configures its days.</param>
    /// <param name="What">What goes.</param>
    /// <param name="KeepDays">For how many days it is kept.</param>
    /// <param name="Basis">Why that long.</param>
    /// <param name="LastRunAt">When the rule was last applied.</param>
    /// <param name="Removed">What that run removed, in rows or persons.</param>
    /// <param name="RemovedIn30Days">What all runs of the last 30 days removed.</param>
    /// <param name="OldestLeft">From when the oldest counts that the last run left; null where it left nothing, or could not tell.</param>
    /// <param name="Due">The last run left something that had had its time.</param>
    /// <param name="Overdue">It is past its time by more than seven days.</param>
    /// <param name="Error">Why the last run failed, if it did.</param>
    public sealed record RetentionLine(
        string Class, string What, int KeepDays, string Basis, DateTimeOffset? LastRunAt, long? Removed, long RemovedIn30Days, DateTimeOffset? OldestLeft,
        bool Due, bool Overdue, string? Error);

    public sealed record RetentionReport(IReadOnlyList<RetentionLine> Rules);

    private static async Task<Ok<RetentionReport>> RunAsync(RetentionJob job, ServiceDatabase database, RetentionRules rules, TimeProvider clock, CancellationToken ct)
    {
        await database.NoteAsync("retention", "run", null, clock, ct);
        // What was removed is noted, also where the asker has hung up.
        await job.RunAsync(MostOfARequest, CancellationToken.None);
        return await ReadAsync(database, rules, clock, ct);
    }

    private static async Task<Ok<RetentionReport>> ReadAsync(ServiceDatabase database, RetentionRules rules, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var command = database.DataSource.CreateCommand("""
            select l.started_at, l.removed, l.oldest_left, l.error,
                   (select coalesce(sum(r.removed), 0)::bigint from retention_run r where r.rule = n.rule and r.started_at > $2)
            from unnest($1) with ordinality n(rule, place)
            left join lateral (select * from retention_run r where r.rule = n.rule order by r.started_at desc limit 1) l on true
            order by n.place
            """);
        command.Parameters.AddWithValue(rules.All.Select(rule => rule.DataClass).ToArray());
        command.Parameters.AddWithValue(now.AddDays(-30));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var lines = new List<RetentionLine>();
        foreach (var rule in rules.All)
        {
            await reader.ReadAsync(ct);
            lines.Add(LineOf(rule, reader, now));
        }

        return TypedResults.Ok(new RetentionReport(lines));
    }

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static RetentionLine LineOf(RetentionRule rule, NpgsqlDataReader row, DateTimeOffset now)
    {
        var (startedAt, oldest) = (Time(0), Time(2));
        return new RetentionLine(
            rule.DataClass, rule.What, rule.Days, rule.Basis, startedAt, row.IsDBNull(1) ? null : row.GetInt64(1), row.GetInt64(4), oldest,
            oldest < startedAt - rule.Keep, rule.IsOverdue(oldest, now), row.IsDBNull(3) ? null : row.GetString(3));

        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
    }
}
