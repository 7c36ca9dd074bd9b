using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Nodes;

/// <summary>
/// A network of the tree. <c>path</c> is its place, <c>parent</c> the path above it; <c>country</c> is ISO 3166-1 alpha-2 and given
/// for national networks only; <c>since</c> is its first day.
/// </summary>
internal sealed record NodeResponse(
    Guid Id, int Version, string Path, string Level, string? Parent, IReadOnlyDictionary<string, string> Names, string? Country,
    DateOnly Since, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    public static NodeResponse Of(NetworkNode n) => new(n.Id, n.Version, n.Path, n.Level, n.Parent, n.Names, n.Country, n.Since, n.CreatedAt, n.UpdatedAt);
}

/// <summary>Every reader sees the whole tree: which networks there are is public.</summary>
internal static class ReadNodes
{
    public sealed class Filter : AsOfQuery
    {
        /// <summary>Only this node and what lies below it, such as insp1r.africa.</summary>
        public string? Path { get; init; }

        /// <summary>Only this level: national, continental or intercontinental.</summary>
        public string? Level { get; init; }
    }

    public static async Task<Results<Ok<Page<NodeResponse>>, ProblemHttpResult>> ListAsync(
        [AsParameters] Filter filter, [AsParameters] PageQuery page, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out var afterPath, out _))
            return KeysetCursor.Refuse();
        if (filter.Check(clock, out var asOf) is { } badDay)
            return badDay;
        if (filter.Path is not null && !NodePath.IsValid(filter.Path))
            return QueryChecks.Refuse("path", "bad-node", "A node's path, such as insp1r.africa.");
        if (filter.Level is not null && !NodeLevel.All.Contains(filter.Level, StringComparer.Ordinal))
            return QueryChecks.Refuse("level", "unknown-level", $"One of {string.Join(", ", NodeLevel.All)}.");

        var nodes = At(db, asOf);
        if (filter.Path is { } path)
            nodes = nodes.Where(n => n.Path == path || n.Path.StartsWith(path + "."));
        if (filter.Level is { } level)
            nodes = nodes.Where(n => n.Level == level);

        var rows = await nodes.Where(n => string.Compare(n.Path, afterPath) > 0).OrderBy(n => n.Path).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<NodeResponse>.From([.. rows.Select(NodeResponse.Of)], limit, last => KeysetCursor.Encode(last.Path, last.Id)));
    }

    public static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> ByIdAsync(
        Guid id, [AsParameters] AsOfQuery query, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (query.Check(clock, out var asOf) is { } bad)
            return bad;
        return await At(db, asOf).SingleOrDefaultAsync(n => n.Id == id, ct) is { } node ? TypedResults.Ok(NodeResponse.Of(node)) : CommonErrors.Missing("node", id);
    }

    public static async Task<Results<Ok<NodeResponse>, ProblemHttpResult>> ByPathAsync(
        string path, [AsParameters] AsOfQuery query, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (query.Check(clock, out var asOf) is { } bad)
            return bad;
        return NodePath.IsValid(path) && await At(db, asOf).SingleOrDefaultAsync(n => n.Path == path, ct) is { } node
            ? TypedResults.Ok(NodeResponse.Of(node))
            : CommonErrors.NotFound.ToProblem("There is no node with this path.");
    }

    private static IQueryable<NetworkNode> At(MembershipDb db, AsOf? asOf) =>
        (asOf is null ? db.Nodes : db.Nodes.FromSql($"select * from node_at({asOf.Day}, {asOf.Known})")).AsNoTracking();
}
