using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>
/// The directory: persons with a current role, each with the fields that the caller may see and no other. Without a token these are the
/// public ones; for readers of any network also those of level network; for readers of the person's node also those of level node.
/// A private field, or a person at risk, is never here.
/// </summary>
internal static class ReadDirectory
{
    /// <summary>A person; what is null is not shown to you. <c>node</c> is the path of their network.</summary>
    public sealed record Entry(Guid Id, string Node, string? Name, string? Email, string? Phone, IReadOnlyList<EntryRole>? Roles);

    /// <summary>A current role: in an organisation, or in a body of a node.</summary>
    public sealed record EntryRole(PersonRoleKind Kind, string Title, Guid? OrganisationId, string? Organisation, string Node, string? Body, DateOnly From);

    /// <param name="node">Only the subtree of this node, such as insp1r.africa.</param>
    public static async Task<Results<Ok<Page<Entry>>, ProblemHttpResult>> HandleAsync(
        string? node, [AsParameters] PageQuery page, MembershipDb db, Caller caller, HttpContext http, TimeProvider clock, CancellationToken ct)
    {
        // Whose token has expired must not take the public part for all that there is.
        if (http.Request.Headers.Authorization.Count > 0 && caller == Caller.Anonymous)
            return Unauthorized(http);
        if ((page.Check(out var limit) ?? QueryChecks.Node(node)) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();

        var reader = caller.Has(Role.Reader) && caller.Scopes.Contains(Scopes.Read, StringComparer.Ordinal);
        PublicationLevel[] shown = reader ? [PublicationLevel.Public, PublicationLevel.Network] : [PublicationLevel.Public];
        var own = reader ? caller.NodesFor(Role.Reader) : [];
        var ownBelow = NodePath.Below(own);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var persons = db.Persons.AsNoTracking().Where(p => p.ErasedAt == null && !p.AtRisk && p.Id > after);
        if (node is not null)
            persons = persons.InSubtree(node);

        var rows = await persons
            .Where(p => shown.Contains(p.NameLevel) || shown.Contains(p.EmailLevel) || shown.Contains(p.PhoneLevel) || shown.Contains(p.RolesLevel)
                || ((own.Contains(p.Node) || ownBelow.Any(below => EF.Functions.Like(p.Node, below)))
                    && (p.NameLevel == PublicationLevel.Node || p.EmailLevel == PublicationLevel.Node
                        || p.PhoneLevel == PublicationLevel.Node || p.RolesLevel == PublicationLevel.Node)))
            .Where(p => db.PersonRoles.CurrentOn(today).Any(r => r.PersonId == p.Id))
            .OrderBy(p => p.Id).Take(limit + 1).ToListAsync(ct);

        var roles = await RolesAsync(db, [.. rows.Select(p => p.Id)], today, ct);
        var entries = rows.Select(p => EntryOf(p, roles[p.Id], !reader ? PublicationLevel.Public : caller.May(Role.Reader, p.Node) ? PublicationLevel.Node : PublicationLevel.Network)).ToList();
        return TypedResults.Ok(Page<Entry>.From(entries, limit, last => KeysetCursor.Encode("", last.Id)));
    }

    private static Entry EntryOf(Person p, IEnumerable<EntryRole> roles, PublicationLevel sight) => new(
        p.Id, p.Node, PersonResponse.Show(p.Name, p.NameLevel, sight), PersonResponse.Show(p.Email, p.EmailLevel, sight),
        PersonResponse.Show(p.Phone, p.PhoneLevel, sight), PersonResponse.Show(roles.ToList(), p.RolesLevel, sight));

    private static async Task<ILookup<Guid, EntryRole>> RolesAsync(MembershipDb db, Guid[] persons, DateOnly today, CancellationToken ct)
    {
        var rows = await (
            from role in db.PersonRoles.CurrentOn(today).Where(r => persons.Contains(r.PersonId))
            join organisation in db.Organisations on role.OrganisationId equals organisation.Id into organisations
            from organisation in organisations.DefaultIfEmpty()
            orderby role.Id
            select new { role.PersonId, Role = new EntryRole(role.Kind, role.Title, role.OrganisationId, organisation.Name, role.Node, role.Body, role.From) }).ToListAsync(ct);
        return rows.ToLookup(row => row.PersonId, row => row.Role);
    }

    private static ProblemHttpResult Unauthorized(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        return AccessErrors.Unauthorized.ToProblem("The access token is not valid here, or no longer.");
    }
}
