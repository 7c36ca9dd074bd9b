using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Strength;

internal static class ReadStrength
{
    /// <summary>The newest year first. With <paramref name="history"/> also what was corrected, each year's last word first.</summary>
    public static async Task<Results<Ok<Page<StrengthResponse>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, MembershipDb db, Caller caller, CancellationToken ct, bool history = false)
    {
        if (await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Reader, node))
            return CommonErrors.Missing("organisation", id);

        var years = await db.Strengths.AsNoTracking().Where(s => s.OrganisationId == id && (history || s.SupersededAt == null))
            .OrderByDescending(s => s.Year).ThenByDescending(s => s.Version).ToListAsync(ct);
        return TypedResults.Ok(new Page<StrengthResponse>([.. years.Select(StrengthResponse.Of)], null));
    }

    public static async Task<Results<Ok<StrengthResponse>, ProblemHttpResult>> OneAsync(Guid id, int year, MembershipDb db, Caller caller, CancellationToken ct)
    {
        var strength = await db.Strengths.AsNoTracking().SingleOrDefaultAsync(s => s.OrganisationId == id && s.Year == year && s.SupersededAt == null, ct);
        return strength is not null && caller.May(Role.Reader, strength.Node)
            ? TypedResults.Ok(StrengthResponse.Of(strength))
            : CommonErrors.NotFound.ToProblem($"There is no number of {year} that you may see.");
    }
}
