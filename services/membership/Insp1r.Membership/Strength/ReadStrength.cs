using System.Globalization;
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
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, CancellationToken ct, bool history = false)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!TryDecode(page.After, out var year, out var version))
            return KeysetCursor.Refuse();
        if (await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Reader, node))
            return CommonErrors.Missing("organisation", id);

        var years = await db.Strengths.AsNoTracking().Where(s => s.OrganisationId == id && (history || s.SupersededAt == null) && (s.Year < year || (s.Year == year && s.Version < version)))
            .OrderByDescending(s => s.Year).ThenByDescending(s => s.Version).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<StrengthResponse>.From([.. years.Select(StrengthResponse.Of)], limit, last => KeysetCursor.Encode($"{last.Affiliates.Year}.{last.Version}", last.Id)));
    }

    private static bool TryDecode(string? cursor, out int year, out int version)
    {
        (year, version) = (int.MaxValue, 0);
        if (!KeysetCursor.TryDecode(cursor, out var key, out _))
            return false;
        return cursor is null || (key.Split('.') is [var y, var v] && int.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out year) && int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out version));
    }

    public static async Task<Results<Ok<StrengthResponse>, ProblemHttpResult>> OneAsync(Guid id, int year, MembershipDb db, Caller caller, CancellationToken ct)
    {
        var strength = await db.Strengths.AsNoTracking().SingleOrDefaultAsync(s => s.OrganisationId == id && s.Year == year && s.SupersededAt == null, ct);
        return strength is not null && caller.May(Role.Reader, strength.Node)
            ? TypedResults.Ok(StrengthResponse.Of(strength))
            : CommonErrors.NotFound.ToProblem($"There is no number of {year} that you may see.");
    }
}
