using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Messaging.Audit;

/// <summary>
/// One change. <c>before</c> and <c>after</c> are the record's state as the service's events tell it, or what a change without an event
/// noted; both are null once <c>erasedAt</c> is set.
/// </summary>
/// <param name="Id">The id of its row in the log; for an event also the event's.</param>
/// <param name="At">When it was made.</param>
/// <param name="Actor">The id of the client or account, anonymous, or system; null for what is older than the trail.</param>
/// <param name="App">The app that a person used; null where the actor is a client.</param>
/// <param name="Origin">How it came and from which network address, such as "api 203.0.113.7".</param>
/// <param name="Reason">What the request, or the decision itself, gave as reason.</param>
/// <param name="Type">What was done, such as membership.organisation-suspended.v1.</param>
/// <param name="Version">The record's version after it.</param>
/// <param name="Sealed">The number of the seal that covers it; null for the few seconds before it is sealed.</param>
public sealed record AuditEntry(
    Guid Id, DateTimeOffset At, string? Actor, string? App, string? Origin, string? Reason, string Type, string Subject, Guid SubjectId, int Version,
    string Node, JsonElement? Before, JsonElement? After, DateTimeOffset? ErasedAt, long? Sealed);

/// <summary>Which entries are asked for; null asks for all.</summary>
internal sealed record AuditFilter(string[] Nodes, string? Subject, Guid? SubjectId, string? Actor, string? Type, DateTimeOffset? From, DateTimeOffset? To)
{
    public bool IsOfNodesOnly => (Subject ?? Actor ?? Type) is null && From is null && To is null && SubjectId is null;
}

/// <summary><paramref name="Next"/> is where the next page begins, or null at the end.</summary>
internal sealed record AuditPage(List<AuditEntry> Entries, LogPosition? Next);

/// <summary>
/// Reads the trail of some nodes' subtrees by pages. A page looks at so many rows of these nodes at most: with a filter that few of
/// them pass it holds fewer entries than were asked for, or none, and the next goes on behind it.
/// </summary>
public static class AuditReader
{
    private const int MostLookedAt = 20_000;

    // Rows of the subtrees: each node's by the index on nodes, merged. The nodes that have rows are found by one probe each.
    private const string OfNodes = """
        place as materialized (
          with recursive p(top, node) as (
            select n collate "C", n collate "C" from unnest($1::text[]) n
            union all
            select p.top, (
              select c.node from change_log c
              where c.node > case when p.node = p.top then p.top || '.' else p.node end and c.node < p.top || '/' order by c.node limit 1)
            from p where p.node is not null)
          select node from p where node is not null),
        found as materialized (
          select f.tx_id, f.seq from place p cross join lateral (
            select c.tx_id, c.seq from change_log c where c.node = p.node and (c.tx_id, c.seq) {after} ($2, $3) order by c.tx_id {way}, c.seq {way} limit $4) f
          order by f.tx_id {way}, f.seq {way} limit $4)
        """;

    private const string OfEveryNode = """
        found as materialized (
          select c.tx_id, c.seq from change_log c where $1 is not null and (c.tx_id, c.seq) {after} ($2, $3) order by c.tx_id {way}, c.seq {way} limit $4)
        """;

    private const string OfSubject = """
        found as materialized (
          select c.tx_id, c.seq from change_log c
          where c.subject_id = $7 and (c.node = any($1) or exists (select 1 from unnest($1) n where starts_with(c.node, n || '.')))
            and (c.tx_id, c.seq) {after} ($2, $3)
          order by c.tx_id {way}, c.seq {way} limit $4)
        """;

    // What a record was before is what its event before said; a node's stewards see what their node had.
    private const string Entries = """
        with {found},
        entry as materialized (
          select c.* from found f join change_log c on c.tx_id = f.tx_id and c.seq = f.seq
          where ($6::text is null or c.subject = $6) and ($7::uuid is null or c.subject_id = $7) and ($8::text is null or c.actor = $8)
            and ($9::text is null or c.type = $9) and ($10::timestamptz is null or c.occurred_at >= $10) and ($11::timestamptz is null or c.occurred_at < $11)
          order by c.tx_id {way}, c.seq {way} limit $5)
        select looked.rows, looked.tx_id, looked.seq, c.tx_id, c.seq, c.id, c.occurred_at, c.actor, c.app, c.origin,
               coalesce(c.reason, case when c.visibility = 'audit' then c.payload ->> 'reason' end), c.type, c.subject, c.subject_id, c.subject_version, c.node,
               case when c.visibility = 'audit' then c.payload -> 'before' else b.state end,
               case when c.visibility = 'audit' then c.payload -> 'after' else coalesce(c.record, c.payload -> 'state', c.payload) end,
               c.erased_at, s.number
        from (select (select count(*) from found) as rows, l.* from (select 1) one left join lateral (
          select f.tx_id, f.seq from found f order by f.tx_id {back}, f.seq {back} limit 1) l on true) looked
        left join entry c on true
        left join lateral (
          select coalesce(p.record, p.payload -> 'state') as state from change_log p
          where c.visibility <> 'audit' and p.subject_id = c.subject_id and p.subject_version < c.subject_version
            and p.subject = c.subject and p.node = c.node and p.visibility <> 'audit'
          order by p.subject_version desc limit 1) b on true
        left join lateral (
          select s.number from audit_seal s where s.high_seq >= c.seq and s.low_seq <= c.seq and c.seq = any(s.seqs) order by s.high_seq limit 1) s on true
        order by c.tx_id {way}, c.seq {way}
        """;

    private static readonly Dictionary<(string Found, bool NewestFirst), string> Statements =
        (from found in (string[])[OfNodes, OfEveryNode, OfSubject]
         from newestFirst in (bool[])[true, false]
         select (found, newestFirst)).ToDictionary(key => key, key => Entries
            .Replace("{found}", key.found, StringComparison.Ordinal)
            .Replace("{after}", key.newestFirst ? "<" : ">", StringComparison.Ordinal)
            .Replace("{way}", key.newestFirst ? "desc" : "asc", StringComparison.Ordinal)
            .Replace("{back}", key.newestFirst ? "asc" : "desc", StringComparison.Ordinal));

    /// <summary>All that the trail says of one record, the newest first.</summary>
    public static async Task<List<AuditEntry>> ReadOfRecordAsync(NpgsqlDataSource dataSource, Guid id, CancellationToken ct)
    {
        var filter = new AuditFilter([NodePath.Root], null, id, null, null, null, null);
        var entries = new List<AuditEntry>();
        LogPosition? after = LogPosition.BehindAll;
        while (after is { } position)
        {
            var page = await ReadAsync(dataSource, filter, position, MostLookedAt, newestFirst: true, ct);
            entries.AddRange(page.Entries);
            after = page.Next;
        }

        return entries;
    }

    /// <param name="after">The position behind which the page begins, in the direction of the walk.</param>
    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    internal static async Task<AuditPage> ReadAsync(NpgsqlDataSource dataSource, AuditFilter filter, LogPosition after, int limit, bool newestFirst, CancellationToken ct)
    {
        var found = filter.SubjectId is not null ? OfSubject : filter.Nodes is [NodePath.Root] ? OfEveryNode : OfNodes;
        var look = filter.IsOfNodesOnly ? limit + 1 : MostLookedAt;
        await using var command = dataSource.CreateCommand(Statements[(found, newestFirst)]);
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = filter.Nodes });
        parameters.Add(new NpgsqlParameter<ulong> { TypedValue = after.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = after.Seq });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = look });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        Add(filter.Subject, NpgsqlDbType.Text);
        Add(filter.SubjectId, NpgsqlDbType.Uuid);
        Add(filter.Actor, NpgsqlDbType.Text);
        Add(filter.Type, NpgsqlDbType.Text);
        Add(filter.From, NpgsqlDbType.TimestampTz);
        Add(filter.To, NpgsqlDbType.TimestampTz);

        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<AuditEntry>();
        LogPosition? lastRead = null, lastLookedAt = null;
        while (await reader.ReadAsync(ct))
        {
            if (reader.GetInt64(0) >= look)
                lastLookedAt = new LogPosition(reader.GetFieldValue<ulong>(1), reader.GetInt64(2));
            if (reader.IsDBNull(3))
                continue;
            if (entries.Count == limit)
                return new AuditPage(entries, lastRead);
            lastRead = new LogPosition(reader.GetFieldValue<ulong>(3), reader.GetInt64(4));
            entries.Add(Read(reader));
        }

        return new AuditPage(entries, lastLookedAt);

        void Add(object? value, NpgsqlDbType type) => parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
    }

    private static AuditEntry Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(5), reader.GetFieldValue<DateTimeOffset>(6), Text(reader, 7), Text(reader, 8), Text(reader, 9), Text(reader, 10), reader.GetString(11),
        reader.GetString(12), reader.GetGuid(13), reader.GetInt32(14), reader.GetString(15), Json(reader, 16), Json(reader, 17),
        reader.IsDBNull(18) ? null : reader.GetFieldValue<DateTimeOffset>(18), reader.IsDBNull(19) ? null : reader.GetInt64(19));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static JsonElement? Json(NpgsqlDataReader reader, int column)
    {
        if (reader.IsDBNull(column))
            return null;
        var element = JsonElement.Parse(reader.GetFieldValue<byte[]>(column));
        return element.ValueKind == JsonValueKind.Null ? null : element;
    }
}
