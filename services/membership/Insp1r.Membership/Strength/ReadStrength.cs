using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Strength;

internal static class ReadStrength
{
    /// <summary>
    /// The newest year first; of several records that were merged, the surviving one's number of a year. With <paramref name="history"/> all, also what was corrected, each
    /// year's last word first.
    /// </summary>
    public static async Task<Results<Ok<Page<StrengthResponse>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct, bool history = false)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);

        var records = await db.RecordsOfAsync(organisation.Id, ct);
        var numbers = await db.Strengths.AsNoTracking().Where(s => records.Contains(s.OrganisationId) && (history || s.SupersededAt == null)).ToListAsync(ct);
        var years = numbers.GroupBy(s => s.Id).OrderByDescending(number => number.First().Year)
            .ThenBy(number => number.First().OrganisationId != organisation.Id).ThenByDescending(number => number.Max(s => s.RecordedAt)).ThenBy(number => number.Key)
            .SelectMany(number => number.OrderByDescending(s => s.Version));
        response.LocateAt(organisation.Id, id, "/strength");
        return TypedResults.Ok(new Page<StrengthResponse>([.. (history ? years : years.DistinctBy(s => s.Year)).Select(s => StrengthResponse.Of(s, organisation))], null));
    }

    public static async Task<Results<Ok<StrengthResponse>, ProblemHttpResult>> OneAsync(
        Guid id, int year, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node) || await db.StrengthOfYearAsync(organisation, year, ct) is not { } strength)
            return CommonErrors.NotFound.ToProblem($"There is no number of {year} that you may see.");

        response.LocateAt(organisation.Id, id, $"/strength/{year}");
        return TypedResults.Ok(StrengthResponse.Of(strength, organisation));
    }

    /// <summary>The number that counts of a year: the record's own, or else that of one that was merged into it.</summary>
    public static async Task<MemberStrength?> StrengthOfYearAsync(this MembershipDb db, MemberOrganisation organisation, int year, CancellationToken ct)
    {
        var records = await db.RecordsOfAsync(organisation.Id, ct);
        return await db.Strengths.Where(s => records.Contains(s.OrganisationId) && s.Year == year && s.SupersededAt == null)
            .OrderBy(s => s.OrganisationId != organisation.Id).ThenByDescending(s => s.RecordedAt).ThenBy(s => s.Id).FirstOrDefaultAsync(ct);
    }
}
