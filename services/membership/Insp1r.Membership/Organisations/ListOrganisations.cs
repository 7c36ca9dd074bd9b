using System.Collections.Concurrent;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Reference;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Organisations;

/// <summary>
/// The organisations of the caller's nodes, oldest first. The order is that of their ids, so neither new records nor changes move
/// a page.
/// </summary>
internal static class ListOrganisations
{
    public sealed class Filter : AsOfQuery
    {
        /// <summary>Only the subtree of this node, such as insp1r.africa.</summary>
        public string? Node { get; init; }

        /// <summary>An ISO 3166-1 code: RW, RWA or 646.</summary>
        public string? Country { get; init; }

        /// <summary>A movement type, such as trade-union; organisations with several are found by each.</summary>
        public string? Type { get; init; }

        /// <summary>applied, admitted, active, suspended, withdrawn, excluded or lapsed.</summary>
        public string? Status { get; init; }

        /// <summary>Part of the name, of a name in another language, or of the acronym; case and accents do not matter.</summary>
        public string? Text { get; init; }
    }

    public static async Task<Results<Ok<Page<OrganisationResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, Caller caller, ServiceDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (filter.Check(clock, out var asOf) is { } badDay)
            return badDay;
        if (Check(filter, out var country) is { } refusal)
            return refusal;

        var nodes = caller.NodesFor(Role.Reader, filter.Node);
        if (nodes.Length == 0)
            return TypedResults.Ok(new Page<OrganisationResponse>([], null));

        var shape = new Shape(
            nodes is [NodePath.Root] ? Reach.All : filter.Text is null && asOf is null ? Reach.NodeByNode : Reach.Nodes, asOf is not null,
            country is not null, filter.Type is not null, filter.Status is not null, filter.Text is not null);
        await using var command = database.DataSource.CreateCommand(shape.Sql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
        if (shape.Reach != Reach.All)
        {
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
        }

        string?[] values = [country, filter.Type, filter.Status, filter.Text is null ? null : SearchText.Pattern(filter.Text)];
        foreach (var value in values.OfType<string>())
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        asOf?.AddTo(command.Parameters);

        var rows = new List<OrganisationResponse>(Math.Min(limit + 1, 64));
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            rows.Add(OrganisationResponse.Read(reader));
        return TypedResults.Ok(Page<OrganisationResponse>.From(rows, limit, last => KeysetCursor.Encode("", last.Id)));
    }

    private static ProblemHttpResult? Check(Filter filter, out string? country)
    {
        country = null;
        if (filter.Country is not null && !Countries.TryParse(filter.Country, out country))
            return QueryChecks.Refuse("country", "unknown-country", "An ISO 3166-1 code: RW, RWA or 646.");
        if (filter.Type is not null && MovementTypes.Bit(filter.Type) == 0)
            return QueryChecks.Refuse("type", "unknown-type", $"One of {string.Join(", ", MovementTypes.All)}.");
        if (filter.Status is not null && !AffiliationStatus.All.Contains(filter.Status, StringComparer.Ordinal))
            return QueryChecks.Refuse("status", "unknown-status", $"One of {string.Join(", ", AffiliationStatus.All)}.");
        return QueryChecks.Node(filter.Node) ?? QueryChecks.Text(filter.Text);
    }

    private enum Reach
    {
        /// <summary>The whole network: no condition on nodes.</summary>
        All,

        /// <summary>The first page of each node, then the first of these: each is a short range of the index (node, id).</summary>
        NodeByNode,

        /// <summary>A condition on nodes beside the text, whose index finds the rows.</summary>
        Nodes,
    }

    /// <summary>Which conditions a list has. Each shape is one statement, prepared once per connection.</summary>
    private readonly record struct Shape(Reach Reach, bool IsAsOf, bool Country, bool Type, bool Status, bool Text)
    {
        private static readonly ConcurrentDictionary<Shape, string> Known = new();

        public string Sql => Known.GetOrAdd(this, shape => shape.Compose());

        private string Compose()
        {
            var next = Reach == Reach.All ? 3 : 5;
            var conditions = "o.id > $1 and o.merged_into is null"
                + (Country ? $" and o.country = ${next++}" : "")
                + (Type ? $" and o.types @> array[${next++}]" : "")
                + (Status ? $" and o.status = ${next++}" : "")
                + (Text ? $" and o.search like ${next++}" : "");
            var organisations = IsAsOf ? $"organisation_at(${next}, ${next + 1})" : "member_organisation";
            return Reach switch
            {
                Reach.NodeByNode => $"""
                    select {OrganisationResponse.Columns}
                    from network_node n cross join lateral (
                      select * from member_organisation o where o.node = n.path and {conditions} order by o.id limit $2) o
                    where n.path = any($3) or n.path like any($4)
                    order by o.id limit $2
                    """,
                Reach.Nodes => $"""
                    select {OrganisationResponse.Columns} from {organisations} o
                    where (o.node = any($3) or o.node like any($4)) and {conditions} order by o.id limit $2
                    """,
                _ => $"select {OrganisationResponse.Columns} from {organisations} o where {conditions} order by o.id limit $2",
            };
        }
    }
}
