using System.Globalization;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.WorkLists;

/// <summary>Members whose records nobody changed or confirmed for twelve months, those first that waited longest.</summary>
internal static class ListStale
{
    /// <summary><c>lastTouchedAt</c> is the later of <c>updatedAt</c> and <c>confirmedAt</c>.</summary>
    public sealed record Response(Guid Id, int Version, string Node, string Name, string Country, string Status, DateTimeOffset UpdatedAt, DateTimeOffset? ConfirmedAt, DateTimeOffset LastTouchedAt);

    private const string Sql = $"""
        select o.id, o.version, o.node, o.name, o.country, o.status, o.updated_at, c.confirmed_at, {WorkSql.LastTouched}
        from member_organisation o left join organisation_confirmation c on c.organisation_id = o.id
        where (o.node = any($2) or o.node like any($3)) and {WorkSql.IsLive} and {WorkSql.LastTouched} < $1 and ({WorkSql.LastTouched}, o.id) > ($4, $5)
        order by {WorkSql.LastTouched}, o.id limit $6
        """;

    /// <param name="node">Only the subtree of this node, such as insp1r.africa.</param>
    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        string? node, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(node)) is { } bad)
            return bad;
        var from = DateTimeOffset.MinValue;
        if (!KeysetCursor.TryDecode(page.After, out var key, out var after)
            || (key.Length > 0 && !DateTimeOffset.TryParseExact(key, "O", CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out from)))
            return KeysetCursor.Refuse();

        await using var command = database.DataSource.CreateCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow().AddMonths(-WorkSql.StaleAfterMonths) });
        WorkSql.AddNodes(command.Parameters, caller, node);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = from.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        var rows = new List<Response>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new Response(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5),
                await reader.GetFieldValueAsync<DateTimeOffset>(6, ct), await reader.IsDBNullAsync(7, ct) ? null : await reader.GetFieldValueAsync<DateTimeOffset>(7, ct),
                await reader.GetFieldValueAsync<DateTimeOffset>(8, ct)));
        }

        return TypedResults.Ok(Page<Response>.From(rows, limit, last => KeysetCursor.Encode(last.LastTouchedAt.ToString("O", CultureInfo.InvariantCulture), last.Id)));
    }
}
