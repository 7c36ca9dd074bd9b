using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Publishing;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.TargetBodies;

/// <summary>A body that demands are made to. <paramref name="Area"/> is a UN M49 code; <paramref name="Node"/> who added it, null for reference data.</summary>
internal sealed record TargetBodyResponse(
    Guid Id, int Version, string Code, IReadOnlyDictionary<string, string> Names, TargetBodyLevel Level, string? Area, string? Country, string? Source, string? Node) : IVersioned
{
    public static TargetBodyResponse Of(TargetBody body) =>
        new(body.Id, body.Version, body.Code, body.Names, body.Level, body.Area, body.Country, body.Source, body.Node);
}

internal static class ReadTargetBodies
{
    public sealed class Filter
    {
        /// <summary>global, continental, regional or national.</summary>
        public string? Level { get; init; }

        /// <summary>ISO 3166-1 alpha-2, such as RW: the national bodies of this country.</summary>
        public string? Country { get; init; }
    }

    public static async Task<Results<Ok<Page<TargetBodyResponse>>, ProblemHttpResult>> List(
        [AsParameters] PageQuery page, [AsParameters] Filter filter, AdvocacyDb db, CancellationToken ct)
    {
        TargetBodyLevel? level = null;
        if ((page.Check(out var limit)
            ?? QueryChecks.Code("country", filter.Country)
            ?? QueryChecks.Word("level", filter.Level, out level)) is { } problem)
            return problem;
        if (!KeysetCursor.TryDecode(page.After, out var after, out _))
            return KeysetCursor.Refuse();

        var bodies = db.TargetBodies.AsNoTracking();
        if (level is not null)
            bodies = bodies.Where(body => body.Level == level);
        if (filter.Country is not null)
            bodies = bodies.Where(body => body.Country == filter.Country);

        var rows = await bodies.Where(body => string.Compare(body.Code, after) > 0).OrderBy(body => body.Code).Take(limit + 1)
            .Select(body => TargetBodyResponse.Of(body)).ToListAsync(ct);
        return TypedResults.Ok(Page<TargetBodyResponse>.From(rows, limit, body => KeysetCursor.Encode(body.Code, body.Id)));
    }

    public static async Task<Results<Ok<TargetBodyResponse>, ProblemHttpResult>> One(Guid id, AdvocacyDb db, CancellationToken ct) =>
        await db.TargetBodies.AsNoTracking().SingleOrDefaultAsync(body => body.Id == id, ct) is { } body
            ? TypedResults.Ok(TargetBodyResponse.Of(body))
            : CommonErrors.Missing("target body", id);
}
