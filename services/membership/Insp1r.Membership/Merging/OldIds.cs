using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Merging;

/// <summary>
/// A merged record's id answers with the record that stands for it. Whoever asks by any id gets that record, looks whether the caller may see it, and only
/// then refuses a change by the old id: to all others it is not there.
/// </summary>
internal static class OldIds
{
    /// <summary>The record with this id, or the one that it was merged into; null where there is none.</summary>
    public static Task<MemberOrganisation?> StandingAsync(this MembershipDb db, Guid id, CancellationToken ct) =>
        db.FollowAsync($"select * from member_organisation where id = {id}", ct);

    /// <summary>The same, and to the end of the transaction it is not merged.</summary>
    public static Task<MemberOrganisation?> KeepStandingAsync(this MembershipDb db, Guid id, CancellationToken ct) =>
        db.FollowAsync($"select * from member_organisation where id = {id} for key share", ct);

    /// <summary>The same, and to the end of the transaction nobody else changes it.</summary>
    public static Task<MemberOrganisation?> LockStandingAsync(this MembershipDb db, Guid id, CancellationToken ct) =>
        db.FollowAsync($"select * from member_organisation where id = {id} for update", ct);

    /// <summary>This record and all that it stands for.</summary>
    public static Task<Guid[]> RecordsOfAsync(this MembershipDb db, Guid standing, CancellationToken ct) =>
        db.Organisations.IgnoreQueryFilters().Where(o => o.Id == standing || o.MergedInto == standing).Select(o => o.Id).ToArrayAsync(ct);

    public static ProblemHttpResult Refuse(MemberOrganisation standing) => MergeErrors.Merged.ToProblem($"Change the record {standing.Id} that it was merged into.");

    /// <summary>Null where the caller may change, by the id that was asked for, what belongs to the record: its contributors may.</summary>
    public static ProblemHttpResult? RefusesChange(this MemberOrganisation standing, Guid asked, Caller caller) =>
        standing.Id != asked ? Refuse(standing)
        : caller.May(Role.Contributor, standing.Node) ? null
        : AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {standing.Node}.");

    /// <summary>Says where the answer is from, if not from where it was asked. Not a redirect: many clients follow one without their token.</summary>
    public static void LocateAt(this HttpResponse response, Guid standing, Guid asked, string rest = "")
    {
        if (standing != asked)
            response.Headers.ContentLocation = $"/api/v1/organisations/{standing}{rest}";
    }

    // The one that stands for another is not locked: no change goes on from here.
    private static async Task<MemberOrganisation?> FollowAsync(this MembershipDb db, FormattableString sql, CancellationToken ct)
    {
        var record = await db.Organisations.FromSql(sql).IgnoreQueryFilters().SingleOrDefaultAsync(ct);
        return record?.MergedInto is { } into ? await db.Organisations.SingleOrDefaultAsync(o => o.Id == into, ct) : record;
    }
}
