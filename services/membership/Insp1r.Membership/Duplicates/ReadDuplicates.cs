using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Duplicates;

/// <summary>A work list: pairs of records that may be one organisation, and why. Nothing is ever merged by itself.</summary>
internal static class ReadDuplicates
{
    private const double DefaultScore = 0.6;

    public sealed class Filter
    {
        /// <summary>Only pairs with a record of this node's subtree, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>Only pairs of this score or more: 0 to 1, 0.6 if not given.</summary>
        public double? MinScore { get; init; }
    }

    /// <summary>
    /// <c>a</c> and <c>b</c> side by side, b the older record; <c>differs</c> names the fields in which they are not the same, where a merge takes a choice.
    /// <c>otherNode</c> says that different nodes own them: only a steward of both can merge them.
    /// </summary>
    public sealed record Pair(
        double Score, IReadOnlyList<Likeness.Reason> Reasons, bool OtherNode, IReadOnlyList<string> Differs, OrganisationResponse A, OrganisationResponse B);

    // For each of a page's records those that an index finds: by a key (what one is called in short and the other's initials, too), or by words.
    // Of many that share a key (a federation's website) some are enough to see it.
    private static readonly string Candidates = $"""
        with {ComparedRecords.With("$5", "$6")},
        examined as materialized (
          select o.id, split_part(o.search, E'\n', 1) as name, o.keys || array(
            select case when starts_with(k, 'a:') then 'i:' else 'a:' end || substr(k, 3) from unnest(o.keys) k where not starts_with(k, 'w:')) as keys
          from member_organisation o
          where o.id > $1 and o.merged_into is null and (o.node = any($3) or o.node like any($4)) order by o.id limit $2)
        select e.id, c.id
        from examined e left join lateral (
          (select b.id from {ComparedRecords.Source("$5", "$6")} b
           where b.keys && e.keys and b.id <> e.id
             and (b.id < e.id or not (b.node = any($3) or b.node like any($4))) limit 50)
          union
          (select b.id from {ComparedRecords.Source("$5", "$6")} b
           where b.search %> e.name and b.id <> e.id
             and (b.id < e.id or not (b.node = any($3) or b.node like any($4)))
           order by word_similarity(e.name, b.search) desc limit 10)) c
          on not exists (select 1 from not_duplicate n where n.older_id = least(e.id, c.id) and n.newer_id = greatest(e.id, c.id) and n.withdrawn_at is null)
        """;

    public static async Task<Results<Ok<Page<Pair>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(filter.Node)) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (filter.MinScore is < 0 or > 1)
            return QueryChecks.Refuse("minScore", "out-of-range", "A number from 0 to 1.");

        var (candidates, examined, last) = await CandidatesAsync(database, after, limit, caller.NodesFor(Role.Contributor, filter.Node), caller.NodesFor(Role.Contributor), ct);
        var records = await ReadAsync(database, [.. candidates.SelectMany(pair => (Guid[])[pair.A, pair.B]).Distinct()], ct);
        var pairs = new List<Pair>();
        foreach (var (a, b) in candidates.Select(pair => (records.GetValueOrDefault(pair.A), records.GetValueOrDefault(pair.B))))
        {
            // Changed since its id was read, it is judged on another page.
            if (a is null || b is null)
                continue;
            var (score, reasons) = Likeness.Of(a, b);
            if (reasons.Count > 0 && score >= (filter.MinScore ?? DefaultScore))
                pairs.Add(new Pair(score, reasons, a.Node != b.Node, Differences(a, b), a, b));
        }

        pairs.Sort((one, other) => other.Score.CompareTo(one.Score));
        return TypedResults.Ok(new Page<Pair>(pairs, examined < limit ? null : KeysetCursor.Encode("", last)));
    }

    private static string[] Differences(OrganisationResponse a, OrganisationResponse b)
    {
        (string Field, bool Same)[] fields =
        [
            ("name", a.Name == b.Name), ("names", LanguageTexts.Same(a.Names, b.Names)), ("acronym", a.Acronym == b.Acronym), ("country", a.Country == b.Country),
            ("types", a.Types.SequenceEqual(b.Types, StringComparer.Ordinal)), ("website", a.Website == b.Website),
        ];
        return [.. fields.Where(field => !field.Same).Select(field => field.Field)];
    }

    private static async Task<(List<(Guid A, Guid B)> Pairs, int Examined, Guid Last)> CandidatesAsync(
        ServiceDatabase database, Guid after, int limit, string[] within, string[] nodes, CancellationToken ct)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var batch = connection.CreateBatch();
        // In the transaction that a batch is. How common a word is the statistics do not know.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"));
        var command = new NpgsqlBatchCommand(Candidates);
        batch.BatchCommands.Add(command);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        foreach (var topmost in (string[][])[within, nodes])
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = topmost });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(topmost) });
        }

        var pairs = new List<(Guid, Guid)>();
        var examined = new HashSet<Guid>();
        var last = after;
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            last = reader.GetGuid(0);
            examined.Add(last);
            if (!await reader.IsDBNullAsync(1, ct))
                pairs.Add((last, reader.GetGuid(1)));
        }

        return (pairs, examined.Count, last);
    }

    private static async Task<Dictionary<Guid, OrganisationResponse>> ReadAsync(ServiceDatabase database, Guid[] ids, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"select {OrganisationResponse.Columns} from member_organisation o where o.id = any($1) and o.merged_into is null");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        var records = new Dictionary<Guid, OrganisationResponse>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var record = OrganisationResponse.Read(reader);
            records.Add(record.Id, record);
        }

        return records;
    }
}
