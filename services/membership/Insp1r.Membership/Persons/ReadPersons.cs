using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class ReadPersons
{
    /// <param name="node">Only the subtree of this node, such as insp1r.africa.</param>
    public static async Task<Results<Ok<Page<PersonResponse>>, ProblemHttpResult>> ListAsync(
        string? node, [AsParameters] PageQuery page, MembershipDb db, Caller caller, CancellationToken ct)
    {
        if ((page.Check(out var limit) ?? QueryChecks.Node(node)) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var (kept, read) = (caller.NodesFor(Role.Contributor), caller.NodesFor(Role.Reader));
        var (keptBelow, readBelow) = (NodePath.Below(kept), NodePath.Below(read));
        var persons = db.Persons.AsNoTracking().Where(p => p.ErasedAt == null && p.Id > after);
        if (node is not null)
            persons = persons.InSubtree(node);
        // features.md, G5: a file goes further than a screen.
        if (page.IsFile)
            persons = persons.Where(p => !p.AtRisk);

        // The same rule as PersonAccess.SightOf.
        var rows = await persons
            .Where(p => kept.Contains(p.Node) || keptBelow.Any(below => EF.Functions.Like(p.Node, below))
                || ((read.Contains(p.Node) || readBelow.Any(below => EF.Functions.Like(p.Node, below))) && !p.AtRisk
                    && (p.NameLevel != PublicationLevel.Private || p.EmailLevel != PublicationLevel.Private
                        || p.PhoneLevel != PublicationLevel.Private || p.RolesLevel != PublicationLevel.Private)))
            .OrderBy(p => p.Id).Take(limit + 1).ToListAsync(ct);
        var seen = rows.Select(p => PersonResponse.Of(p, caller.SightOf(p) ?? PublicationLevel.Public)).ToList();
        return TypedResults.Ok(Page<PersonResponse>.From(seen, limit, last => KeysetCursor.Encode("", last.Id)));
    }

    public static async Task<Results<Ok<PersonResponse>, ProblemHttpResult>> OneAsync(Guid id, MembershipDb db, Caller caller, CancellationToken ct)
    {
        if (await db.Persons.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Reader) is { } refusal)
            return refusal;
        return TypedResults.Ok(PersonResponse.Of(person, caller.SightOf(person) ?? PublicationLevel.Public));
    }

    public static IQueryable<Person> InSubtree(this IQueryable<Person> persons, string node)
    {
        var below = node + ".%";
        return persons.Where(p => p.Node == node || EF.Functions.Like(p.Node, below));
    }
}
