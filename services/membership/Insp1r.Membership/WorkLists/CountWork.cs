using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.WorkLists;

/// <summary>How much each list has in each node, in the order of their paths.</summary>
internal static class CountWork
{
    /// <summary>Of this node alone: what lies below it is counted there.</summary>
    public sealed record Response(string Node, int Incomplete, int Stale, int Waiting);

    private const string Sql = $"""
        with n as materialized (
          select path from network_node where (path = any($2) or path like any($3)) and path > $4 order by path limit $5),
        o as (
          select o.node, count(*) filter (where cardinality(m.fields) > 0) as incomplete, count(*) filter (where {WorkSql.LastTouched} < $6) as stale
          from member_organisation o left join organisation_confirmation c on c.organisation_id = o.id {WorkSql.Missing}
          where o.node in (select path from n) and {WorkSql.IsLive} group by o.node),
        a as (
          select a.node, count(*) as waiting from affiliation a
          where a.node in (select path from n) and {WorkSql.Waits} group by a.node)
        select n.path, coalesce(o.incomplete, 0)::int, coalesce(o.stale, 0)::int, coalesce(a.waiting, 0)::int
        from n left join o on o.node = n.path left join a on a.node = n.path order by n.path
        """;

    /// <param name="node">Only the subtree of this node, such as insp1r.africa.</param>
    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        string? node, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(node)) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out var after, out _))
            return KeysetCursor.Refuse();

        var now = clock.GetUtcNow();
        await using var command = database.DataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = DateOnly.FromDateTime(now.UtcDateTime) });
        WorkSql.AddNodes(command.Parameters, caller, node);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.AddMonths(-WorkSql.StaleAfterMonths) });
        var rows = new List<Response>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(new Response(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3)));
        return TypedResults.Ok(Page<Response>.From(rows, limit, last => KeysetCursor.Encode(last.Node, Guid.Empty)));
    }
}
