using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class ReadConsents
{
    public static async Task<Results<Ok<Page<ConsentResponse>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var after))
            return KeysetCursor.Refuse();
        if (await db.Persons.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if ((caller.Refuses(person, Role.Contributor) ?? page.RefusesFile(person)) is { } refusal)
            return refusal;

        var rows = await db.Consents.AsNoTracking().Where(c => c.PersonId == id && c.Id > after).OrderBy(c => c.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<ConsentResponse>.From([.. rows.Select(ConsentResponse.Of)], limit, last => KeysetCursor.Encode("", last.Id)));
    }
}
