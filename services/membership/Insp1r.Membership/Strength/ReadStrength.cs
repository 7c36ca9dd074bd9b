using System.Globalization;
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
    /// <param name="history">true: all numbers, also those that were corrected. false if not given: the current number of each year.</param>
    public static async Task<Results<Ok<Page<StrengthResponse>>, ProblemHttpResult>> OfOrganisationAsync(
        Guid id, [AsParameters] PageQuery page, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct, bool history = false)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out var afterVersion, out var afterId))
            return KeysetCursor.Refuse();
        if (await db.StandingAsync(id, ct) is not { } organisation || !caller.May(Role.Reader, organisation.Node))
            return CommonErrors.Missing("organisation", id);

        var records = await db.RecordsOfAsync(organisation.Id, ct);
        var numbers = await db.Strengths.AsNoTracking().Where(s => records.Contains(s.OrganisationId) && (history || s.SupersededAt == null)).ToListAsync(ct);
        var years = numbers.GroupBy(s => s.Id).OrderByDescending(number => number.First().Year)
            .ThenBy(number => number.First().OrganisationId != organisation.Id).ThenByDescending(number => number.Max(s => s.RecordedAt)).ThenBy(number => number.Key)
            .SelectMany(number => number.OrderByDescending(s => s.Version));
        var shown = (history ? years : years.DistinctBy(s => s.Year)).ToList();
        // A few each year: they are ordered here, and the cursor is the last one that was shown.
        var from = page.After is null ? 0 : shown.FindIndex(s => s.Id == afterId && VersionOf(s) == afterVersion) + 1;
        if (page.After is not null && from == 0)
            return KeysetCursor.Refuse();

        response.LocateAt(organisation.Id, id, "/strength");
        return TypedResults.Ok(Page<StrengthResponse>.From(
            [.. shown.Skip(from).Take(limit + 1).Select(s => StrengthResponse.Of(s, organisation))], limit, last => KeysetCursor.Encode(last.Version.ToString(CultureInfo.InvariantCulture), last.Id)));

        static string VersionOf(MemberStrength strength) => strength.Version.ToString(CultureInfo.InvariantCulture);
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
