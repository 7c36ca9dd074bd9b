using System.Text.Json;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Affiliations;

/// <summary>
/// How many members a network and all below it has, now or on a day. An organisation that is reached by two ways counts once
/// (features.md, M2), and members through a federation are counted apart (M7).
/// </summary>
internal static class CountMembers
{
    public sealed class Filter : AsOfQuery
    {
        /// <summary>The node whose subtree is counted, such as insp1r.africa; all your nodes if not given.</summary>
        public string? Node { get; init; }
    }

    /// <summary>
    /// <c>of</c> are the nodes whose subtrees were counted. <c>distinctOrganisations</c> are direct and inherited members together, each once; the groups count the direct ones. <c>nodes</c> has each
    /// node of the subtree with its own members.
    /// </summary>
    public sealed record Response(
        IReadOnlyList<string> Of, DateOnly AsOf, DateOnly? KnownOn, int DistinctOrganisations, int DirectMembers, int InheritedMembers, IReadOnlyDictionary<string, int> ByLevel,
        IReadOnlyDictionary<string, int> ByCategory, IReadOnlyDictionary<string, int> ByStatus, IReadOnlyDictionary<string, int> ByType, IReadOnlyDictionary<string, int> ByCountry,
        IReadOnlyList<NodeCount> Nodes);

    public sealed record NodeCount(string Path, string Level, int DirectMembers, int InheritedMembers);

    // Members are counted by organisation in every group: one with two types is in both, and in the total once. A membership that is older than its node on
    // record counts as it does in the lists, and shows the node.
    private static string Sql(string affiliations, string organisations) => $"""
        with n as materialized (
          select n.path, n.level, exists (select 1 from node_at($2, $3) t where t.path = n.path) as there
          from network_node n where n.path = any($1) or exists (select 1 from unnest($1) top where starts_with(n.path, top || '.'))),
        m as materialized (
          select a.organisation_id, a.node, a.category, a.status, a.through_id is null as direct, n.level
          from {affiliations} a join n on n.path = a.node where a.status in ('admitted', 'active', 'suspended')),
        o as materialized (
          select c.id, c.country, c.types from {organisations} c where c.id in (select organisation_id from m where direct))
        select json_build_object(
          'distinct', (select count(distinct organisation_id) from m),
          'direct', (select count(distinct organisation_id) from m where direct),
          'inherited', (select count(distinct organisation_id) from m where not direct and organisation_id not in (select organisation_id from m where direct)),
          'level', (select json_object_agg(level, c) from (select level, count(distinct organisation_id) c from m where direct group by 1) g),
          'category', (select json_object_agg(category, c) from (select category, count(distinct organisation_id) c from m where direct group by 1) g),
          'status', (select json_object_agg(status, c) from (select status, count(distinct organisation_id) c from m where direct group by 1) g),
          'type', (select json_object_agg(type, c) from (select unnest(types) as type, count(*) c from o group by 1) g),
          'country', (select json_object_agg(country, c) from (select country, count(*) c from o group by 1) g),
          'nodes', (select json_agg(json_build_object('path', path, 'level', level, 'directMembers', d, 'inheritedMembers', i) order by path) from (
            select n.path, n.level, count(distinct m.organisation_id) filter (where m.direct) d, count(distinct m.organisation_id) filter (where not m.direct) i
            from n left join m on m.node = n.path group by 1, 2, n.there having n.there or count(m.node) > 0) g))
        """;

    // What holds today is what the tables have, without a look at each one's past.
    private static readonly string Today = Sql(ReadAffiliations.Current, "member_organisation");
    private static readonly string OfADay = Sql("affiliation_at($2, $3)", "organisation_at($2, $3)");

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if ((filter.Check(clock, out var given) ?? QueryChecks.Node(filter.Node)) is { } bad)
            return bad;

        var nodes = caller.NodesFor(Role.Reader, filter.Node);
        var asOf = given ?? AsOf.Today(clock);
        await using var command = database.DataSource.CreateCommand(given is null ? Today : OfADay);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        asOf.AddTo(command.Parameters);
        using var counts = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(ct))!);
        var json = counts.RootElement;
        return TypedResults.Ok(new Response(
            nodes, asOf.Day, asOf.KnownOn, json.GetProperty("distinct").GetInt32(), json.GetProperty("direct").GetInt32(), json.GetProperty("inherited").GetInt32(),
            Groups("level"), Groups("category"), Groups("status"), Groups("type"), Groups("country"),
            json.GetProperty("nodes").Deserialize<IReadOnlyList<NodeCount>>(JsonDefaults.Options) ?? []));

        SortedDictionary<string, int> Groups(string name) =>
            new(json.GetProperty(name).Deserialize<Dictionary<string, int>>(JsonDefaults.Options) ?? [], StringComparer.Ordinal);
    }
}
