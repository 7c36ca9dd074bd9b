using Insp1r.Membership.Data;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Bodies;

/// <summary>
/// A body of a node; <c>from</c> and <c>to</c> are its first and last day. <c>seated</c> counts the mandates of today, <c>past</c> those that are over.
/// </summary>
internal sealed record BodyResponse(
    Guid Id, int Version, string Node, string Code, IReadOnlyDictionary<string, string> Names, DateOnly From, DateOnly? To, int Seated, int Past,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt) : IVersioned
{
    bool IVersioned.VersionTellsAll => false;

    public static BodyResponse Of(DecisionBody b, (int Seated, int Past) mandates) => new(
        b.Id, b.Version, b.Node, b.Code, b.Names, b.From, b.To, mandates.Seated, mandates.Past, b.CreatedAt, b.UpdatedAt);
}

/// <summary>Readers of the node see its bodies and how many sit in them. Who, is another question: <see cref="ReadMandates"/>.</summary>
internal static class ReadBodies
{
    public static async Task<Results<Ok<Page<BodyResponse>>, ProblemHttpResult>> OfNodeAsync(
        string node, [AsParameters] PageQuery page, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out var after, out _))
            return KeysetCursor.Refuse();
        if (await PathAsync(db, node, ct) is not { } path || !caller.May(Role.Reader, path))
            return NoNode(node);

        var bodies = await db.Bodies.AsNoTracking().Where(b => b.Node == path && string.Compare(b.Code, after) > 0).OrderBy(b => b.Code).Take(limit + 1).ToListAsync(ct);
        var mandates = await CountAsync(db, path, clock, ct);
        return TypedResults.Ok(Page<BodyResponse>.From([.. bodies.Select(b => BodyResponse.Of(b, mandates.GetValueOrDefault(b.Code)))], limit, last => KeysetCursor.Encode(last.Code, last.Id)));
    }

    public static async Task<Results<Ok<BodyResponse>, ProblemHttpResult>> OneAsync(Guid id, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Bodies.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) is not { } body || !caller.May(Role.Reader, body.Node))
            return CommonErrors.Missing("body", id);
        return TypedResults.Ok(BodyResponse.Of(body, (await CountAsync(db, body.Node, clock, ct)).GetValueOrDefault(body.Code)));
    }

    public static ProblemHttpResult NoNode(string node) => CommonErrors.NotFound.ToProblem(
        $"There is no node {node} that you may see. Give a node's path, such as insp1r.africa.rw, or its id.");

    /// <summary>The path of a node that is named by its id or its path; null where there is none.</summary>
    public static Task<string?> PathAsync(MembershipDb db, string node, CancellationToken ct) => Guid.TryParse(node, out var id)
        ? db.Nodes.Where(n => n.Id == id).Select(n => n.Path).SingleOrDefaultAsync(ct)
        : db.Nodes.Where(n => n.Path == node).Select(n => n.Path).SingleOrDefaultAsync(ct);

    /// <summary>The mandates of a node's bodies, by code.</summary>
    public static async Task<Dictionary<string, (int Seated, int Past)>> CountAsync(MembershipDb db, string node, TimeProvider clock, CancellationToken ct)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var counts = await db.PersonRoles.Where(r => r.Node == node && r.Body != null).GroupBy(r => r.Body!).Select(group => new
        {
            Code = group.Key,
            Seated = group.Count(r => r.EndedAt == null && r.From <= today && (r.To == null || r.To >= today)),
            Past = group.Count(r => r.EndedAt != null || r.To < today),
        }).ToListAsync(ct);
        return counts.ToDictionary(count => count.Code, count => (count.Seated, count.Past), StringComparer.Ordinal);
    }
}
