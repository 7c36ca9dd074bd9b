using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class RolesOfOrganisation
{
    /// <summary>
    /// Ends its contacts and mandates, because it is no member any more: nobody is in the directory as its contact from then on, or does on
    /// the platform what came with it. Within the transaction that withdraws it, whose owner saves.
    /// </summary>
    public static async Task EndAsync(MembershipDb db, AccountAccess access, Guid organisation, DateOnly on, string by, DateTimeOffset at, CancellationToken ct)
    {
        var persons = await db.Persons
            .FromSql($"select * from person where id in (select person_id from person_role where organisation_id = {organisation} and ended_at is null) order by id for update")
            .ToDictionaryAsync(person => person.Id, ct);
        foreach (var role in await db.PersonRoles.Where(r => r.OrganisationId == organisation && r.EndedAt == null).ToListAsync(ct))
        {
            await access.EndWithRoleAsync(role.Id, by, ct);
            var before = RoleResponse.Of(role);
            role.End(on, "The organisation withdrew", at);
            db.AuditPerson(persons[role.PersonId], "role-ended", before, RoleResponse.Of(role), at);
        }
    }
}
