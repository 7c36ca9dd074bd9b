using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>Stewards read the whole history; contributors and readers of the node what is current, where the person's level shows it.</summary>
internal static class ReadRoles
{
    public static async Task<Results<Ok<Page<RoleResponse>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (await db.Persons.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if ((caller.Refuses(person, Role.Reader) ?? page.RefusesFile(person)) is { } refusal)
            return refusal;
        if (person.RolesLevel > caller.SightOf(person))
            return CommonErrors.NotFound.ToProblem($"The roles of the person {id} are private.");

        var roles = db.PersonRoles.AsNoTracking().Where(r => r.PersonId == id && r.Id > after);
        if (!caller.May(Role.Steward, person.Node))
            roles = roles.CurrentOn(DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
        var rows = await roles.OrderBy(r => r.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<RoleResponse>.From([.. rows.Select(RoleResponse.Of)], limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
