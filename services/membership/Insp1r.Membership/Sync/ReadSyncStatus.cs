using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Sync;

internal static class ReadSyncStatus
{
    /// <summary>The last batch of one client for one node; <c>openConflicts</c> counts those of the node.</summary>
    public sealed record Response(
        string Node, string ClientId, DateTimeOffset LastContact, int Created, int Updated, int Unchanged, int Conflict, int Rejected, long OpenConflicts);

    public static async Task<Results<Ok<Page<Response>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out var after, out _))
            return KeysetCursor.Refuse();

        var nodes = caller.NodesFor(Role.Reader);
        await using var command = database.DataSource.CreateCommand("""
            select s.node, s.client_id, s.last_contact, s.created, s.updated, s.unchanged, s.conflicts, s.rejected,
                   (select count(*) from sync_conflict c where c.node = s.node and c.resolved_at is null)
            from sync_state s
            where (s.node, s.client_id) > ($1, $2) and (s.node = any($4) or s.node like any($5))
            order by s.node, s.client_id limit $3
            """);
        var (afterNode, afterClient) = after.Split(' ', 2) is [var node, var client] ? (node, client) : ("", "");
        command.Parameters.AddWithValue(afterNode);
        command.Parameters.AddWithValue(afterClient);
        command.Parameters.AddWithValue(limit + 1);
        command.Parameters.AddWithValue(nodes);
        command.Parameters.AddWithValue(NodePath.Below(nodes));

        var rows = new List<Response>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new Response(
                reader.GetString(0), reader.GetString(1), await reader.GetFieldValueAsync<DateTimeOffset>(2, ct),
                reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6), reader.GetInt32(7), reader.GetInt64(8)));
        }

        return TypedResults.Ok(Page<Response>.From(rows, limit, last => KeysetCursor.Encode($"{last.Node} {last.ClientId}", Guid.Empty)));
    }
}
