using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Merging;

/// <summary>
/// Makes two records of one again. What the merge moved goes back in its present state: a contact that ended meanwhile stays ended. What was
/// added, or edited to something else than the merge had made of it, stays with the surviving record.
/// </summary>
internal static class UndoMerge
{
    public static async Task<Results<Ok<MergeResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, MembershipDb db, Caller caller, Standing standing, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var merge = await db.Merges.FromSql($"select * from organisation_merge where id = {id} for update").SingleOrDefaultAsync(ct);
        if (merge is null || !caller.May(Role.Reader, merge.Node) || !caller.May(Role.Reader, merge.MergedNode))
            return CommonErrors.Missing("merge", id);
        var (survivor, merged, refusal) = await db.LockPairAsync(merge.SurvivorId, merge.MergedId, caller, ct);
        if (refusal is not null)
            return refusal;

        var now = clock.GetUtcNow();
        if (merge.UndoneAt is { } undone)
            return MergeErrors.Undone.ToProblem($"It was undone on {undone:yyyy-MM-dd}.");
        if (now >= merge.UndoUntil)
            return MergeErrors.TooLate.ToProblem($"It could be undone until {merge.UndoUntil:yyyy-MM-dd}.");
        // The later one built on what this one had made of the record.
        if (await db.Merges.Where(m => m.UndoneAt == null && m.MergedAt >= merge.MergedAt && m.Id != id && (m.SurvivorId == merge.SurvivorId || m.MergedId == merge.SurvivorId))
                .OrderByDescending(m => m.MergedAt).Select(m => (Guid?)m.Id).FirstOrDefaultAsync(ct) is { } later)
            return MergeErrors.NotTheLast.ToProblem($"Undo the merge {later} first.");

        merge.Undo(caller.Id, now);
        var snapshot = merge.Snapshot;
        var movedIds = snapshot.Affiliations.Select(a => a.Id).ToArray();
        var affiliations = await db.Affiliations.IgnoreQueryFilters()
            .Where(a => a.OrganisationId == survivor!.Id || snapshot.Inherited.Contains(a.Id)).OrderBy(a => a.Id).ToListAsync(ct);
        foreach (var affiliation in affiliations.Where(a => movedIds.Contains(a.Id)))
            affiliation.Belong(merged!.Id, Array.Find(snapshot.Affiliations, a => a.Id == affiliation.Id)!.YieldsOn, now);
        foreach (var affiliation in affiliations.Where(a => snapshot.Inherited.Contains(a.Id)))
            affiliation.StandThrough(merged!.Id, now);
        foreach (var affiliation in affiliations.Where(a => movedIds.Contains(a.Id) || snapshot.Inherited.Contains(a.Id)))
            db.Append(new AffiliationMoved(affiliation.State), now);

        await MergedLinks.MoveAsync(db, merged!, snapshot, survivor!.Id, now, ct);
        merged!.Part(
            survivor, [.. snapshot.ExternalIds.Where(e => survivor.ExternalIds.Contains(e, StringComparer.Ordinal))], Restore(survivor.Content, snapshot), DateOnly.FromDateTime(now.UtcDateTime), now);
        // The roles that are back are found in the database.
        await db.SaveChangesAsync(ct);
        await standing.FollowAsync(survivor, affiliations, caller.Id, now, ct);
        await standing.FollowAsync(merged, affiliations, caller.Id, now, ct);
        db.Append(new OrganisationUnmerged(merged.State), now, reason: $"The merge with {survivor.Id} was undone");
        db.Append(new OrganisationUpdated(survivor.State), now, reason: $"The merge with {merged.Id} was undone");
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(MergeResponse.Of(merge, survivor.Name, merged.Name));
    }

    // A field is what it was before, unless it was edited since: then it is not the merge's any more.
    private static OrganisationContent Restore(OrganisationContent now, MergeSnapshot snapshot)
    {
        var (before, after) = (snapshot.Before, snapshot.After);
        return new OrganisationContent(
            now.Name == after.Name ? before.Name : now.Name,
            LanguageTexts.Same(now.Names, after.Names) ? LanguageTexts.Canonical(before.Names) : now.Names,
            now.Acronym == after.Acronym ? before.Acronym : now.Acronym,
            now.Country == after.Country ? before.Country : now.Country,
            now.Types.SequenceEqual(after.Types, StringComparer.Ordinal) ? before.Types : now.Types,
            now.Website == after.Website ? before.Website : now.Website);
    }
}
