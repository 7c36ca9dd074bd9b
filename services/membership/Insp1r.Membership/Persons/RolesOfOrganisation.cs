using Insp1r.Membership.Accounts;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class RolesOfOrganisation
{
    /// <summary>
    /// Ends its contacts and mandates, because it is no member any more: nobody is in the directory as its contact from then on, or does on
    /// the platform what came with it. Within the transaction that withdraws it, whose owner saves.
    /// </summary>
    public static async Task EndAsync(MembershipDb db, AccountAccess access, Affiliation membership, string by, DateTimeOffset at, CancellationToken ct)
    {
        var organisation = membership.OrganisationId;
        var persons = await db.Persons
            .FromSql($"select * from person where id in (select person_id from person_role where organisation_id = {organisation} and ended_at is null) order by id for update")
            .ToDictionaryAsync(person => person.Id, ct);
        foreach (var role in await db.PersonRoles.Where(r => r.OrganisationId == organisation && r.EndedAt == null).ToListAsync(ct))
        {
            await access.EndWithRoleAsync(role.Id, by, ct);
            var before = RoleResponse.Of(role);
            role.EndWith(membership, "The organisation withdrew", at);
            db.AuditPerson(persons[role.PersonId], "role-ended", before, RoleResponse.Of(role), at);
        }
    }

    /// <summary>
    /// Gives the contacts and mandates back that ended with this membership, since its end was taken back; but none whose term is over meanwhile. What they
    /// might do on the platform does not come back: a steward gives access again, who knows that it is still to be. The caller saves.
    /// </summary>
    public static async Task ResumeAsync(MembershipDb db, Affiliation membership, DateTimeOffset at, CancellationToken ct)
    {
        var (organisation, today) = (membership.OrganisationId, DateOnly.FromDateTime(at.UtcDateTime));
        var persons = await db.Persons
            .FromSql($"select * from person where id in (select person_id from person_role where ended_with_id = {membership.Id}) order by id for update")
            .ToDictionaryAsync(person => person.Id, ct);
        foreach (var role in await db.PersonRoles
            .Where(r => r.EndedWithId == membership.Id && r.OrganisationId == organisation && (r.TermEndsOn == null || r.TermEndsOn >= today)).ToListAsync(ct))
        {
            var before = RoleResponse.Of(role);
            role.Resume();
            db.AuditPerson(persons[role.PersonId], "role-resumed", before, RoleResponse.Of(role), at);
        }
    }
}
