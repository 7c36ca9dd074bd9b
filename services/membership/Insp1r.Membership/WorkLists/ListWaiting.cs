using System.Globalization;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.WorkLists;

/// <summary>Memberships that wait for a decision: applied for, or admitted and not active yet; those first that waited longest.</summary>
internal static class ListWaiting
{
    /// <summary>A membership; <c>since</c> is the day from which on it has this status.</summary>
    public sealed record Response(Guid Id, int Version, Guid OrganisationId, string Organisation, string Node, string Category, string Status, DateOnly Since);

    // Neither status can be had twice, so the first move to it is the one.
    private const string Sql = $"""
        select a.id, a.version, a.organisation_id, o.name, a.node, a.category, a.status, w.since
        from affiliation a join member_organisation o on o.id = a.organisation_id
        cross join lateral (select case when a.status = a.first_status then a.since else (
          select min(m.effective) from affiliation_move m where m.affiliation_id = a.id and m.status = a.status and m.revoked_at is null) end as since) w
        where (a.node = any($1) or a.node like any($2)) and {WorkSql.Waits} and (w.since, a.id) > ($3, $4)
        order by w.since, a.id limit $5
        """;

    /// <param name="node">Only the subtree of this node, such as insp1r.africa.</param>
    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        string? node, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(node)) is { } bad)
            return bad;
        var from = DateOnly.MinValue;
        if (!KeysetCursor.TryDecode(page.After, out var key, out var after) || (key.Length > 0 && !DateOnly.TryParseExact(key, "O", out from)))
            return KeysetCursor.Refuse();

        await using var command = database.DataSource.CreateCommand(Sql);
        WorkSql.AddNodes(command.Parameters, caller, node);
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        var rows = new List<Response>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new Response(
                reader.GetGuid(0), reader.GetInt32(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6),
                await reader.GetFieldValueAsync<DateOnly>(7, ct)));
        }

        return TypedResults.Ok(Page<Response>.From(rows, limit, last => KeysetCursor.Encode(last.Since.ToString("O", CultureInfo.InvariantCulture), last.Id)));
    }
}
