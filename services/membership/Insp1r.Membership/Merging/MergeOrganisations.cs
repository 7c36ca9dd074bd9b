using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Merging;

/// <summary>Two records of one organisation become one. The platform never does it by itself.</summary>
internal static class MergeOrganisations
{
    private const string Ours = "ours";
    private const string Theirs = "theirs";
    /// <summary>
    /// <c>mergedId</c> is the duplicate; <c>version</c> and <c>mergedVersion</c> are those that were compared, of this record and of the duplicate.
    /// </summary>
    public sealed record Request(Guid MergedId, int Version, int MergedVersion, Choices? Fields = null, string? Reason = null);

    /// <summary>For each field: ours, this record's, or theirs, the duplicate's. If not given it is ours, and theirs where this record has none.</summary>
    public sealed record Choices(
        string? Name = null, string? Names = null, string? Acronym = null, string? Country = null, string? Types = null, string? Website = null);

    public static async Task<Results<Ok<MergeResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, Standing standing, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var choices = request.Fields ?? new Choices();
        var errors = Check(id, request, choices);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        var (survivor, merged, refusal) = await db.LockPairAsync(id, request.MergedId, caller, ct);
        if (refusal is not null)
            return refusal;
        foreach (var record in (MemberOrganisation[])[survivor!, merged!])
        {
            if (record.MergedInto is { } into)
                return MergeErrors.Merged.ToProblem($"{record.Id} was merged into {into} already.");
        }

        if (survivor!.Version != request.Version || merged!.Version != request.MergedVersion)
            return CommonErrors.VersionStale.ToProblem($"The current versions are {survivor.Version} and {merged!.Version}; compare them again, then merge.");
        if (await db.Database.SqlQuery<int>($"select 1 as \"Value\" from sync_conflict where organisation_id in ({id}, {merged.Id}) and resolved_at is null").AnyAsync(ct))
            return MergeErrors.ConflictOpen.ToProblem("Resolve the open sync conflict first: it is about one of the two.");

        var affiliations = await db.Affiliations.IgnoreQueryFilters()
            .Where(a => a.OrganisationId == id || a.OrganisationId == merged.Id || a.ThroughId == merged.Id).OrderBy(a => a.Id).ToListAsync(ct);
        if (affiliations.Exists(a => (a.OrganisationId, a.ThroughId) == (id, merged.Id) || (a.OrganisationId, a.ThroughId) == (merged.Id, id)))
            return MergeErrors.OfFederation.ToProblem("One of them is a member through the other: they are two organisations, or that affiliation is wrong.");

        var own = affiliations.FindAll(a => a.OrganisationId == id);
        var moving = affiliations.FindAll(a => a.OrganisationId == merged.Id);
        var inherited = affiliations.FindAll(a => a.ThroughId == merged.Id);
        var moves = (await db.AffiliationMoves.AsNoTracking().Where(m => affiliations.Select(a => a.Id).Contains(m.AffiliationId) && m.RevokedAt == null).ToListAsync(ct)).ToLookup(m => m.AffiliationId);
        var yields = new Dictionary<Guid, DateOnly?>();
        foreach (var affiliation in moving)
        {
            if (!Yielding.TryFind(affiliation, own, moves, out var day))
                return MergeErrors.OtherWayRound.ToProblem($"Its membership of {affiliation.Node} would end sooner, or be weaker. Let the other record survive, or correct one of the affiliations first.");
            yields[affiliation.Id] = day;
        }

        // Nobody speaks for a record that is no member of its own network.
        if (!AffiliationStatus.IsOver(merged.Status) && own.Union(moving.Where(a => yields[a.Id] is null)).Latest(survivor.Node) is { } home && AffiliationStatus.IsOver(home.Status))
            return MergeErrors.OtherWayRound.ToProblem($"This record is no member of {survivor.Node} any more, and the other is one of {merged.Node}. Let the other record survive.");

        var now = clock.GetUtcNow();
        var before = survivor.Content;
        var snapshot = new MergeSnapshot(
            before, Choose(choices, before, merged.Content), merged.ExternalIds, [.. moving.Select(a => new MovedAffiliation(a.Id, a.YieldsOn))], [.. inherited.Select(a => a.Id)],
            await db.PersonRoles.Where(r => r.OrganisationId == merged.Id).OrderBy(r => r.Id).Select(r => r.Id).ToArrayAsync(ct),
            await db.Organisations.IgnoreQueryFilters().Where(o => o.MergedInto == merged.Id).OrderBy(o => o.Id).Select(o => o.Id).ToArrayAsync(ct),
            await db.Comments.Where(c => c.OrganisationId == merged.Id).OrderBy(c => c.Id).Select(c => c.Id).ToArrayAsync(ct),
            await db.Documents.Where(d => d.OrganisationId == merged.Id).OrderBy(d => d.Id).Select(d => d.Id).ToArrayAsync(ct));
        var merge = new OrganisationMerge
        {
            Id = Guid.CreateVersion7(now),
            SurvivorId = id,
            MergedId = merged.Id,
            Node = survivor.Node,
            MergedNode = merged.Node,
            Reason = request.Reason,
            Snapshot = snapshot,
            MergedAt = now,
            MergedBy = caller.Id,
        };
        db.Add(merge);

        foreach (var affiliation in moving)
            affiliation.Belong(id, yields[affiliation.Id], now);
        foreach (var affiliation in inherited)
            affiliation.StandThrough(id, now);
        foreach (var affiliation in moving.Union(inherited))
            db.Append(new AffiliationMoved(affiliation.State), now, reason: request.Reason);

        survivor.Absorb(merged, snapshot.After, DateOnly.FromDateTime(now.UtcDateTime), now);
        await standing.FollowAsync(survivor, affiliations, caller.Id, now, ct);
        await MergedLinks.MoveAsync(db, survivor, snapshot, merged.Id, now, ct);
        db.Append(new OrganisationMerged(merged.State with { Status = MergedLinks.MergedStatus }, id), now, reason: request.Reason);
        db.Append(new OrganisationUpdated(survivor.State), now, reason: $"Merged with {merged.Id}{(request.Reason is { } reason ? $": {reason}" : "")}");
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(MergeResponse.Of(merge, survivor.Name, merged.Name));
    }

    private static OrganisationContent Choose(Choices choices, OrganisationContent ours, OrganisationContent theirs) => new(
        choices.Name == Theirs ? theirs.Name : ours.Name,
        Takes(choices.Names, ours.Names.Count == 0) ? theirs.Names : ours.Names,
        Takes(choices.Acronym, ours.Acronym is null) ? theirs.Acronym : ours.Acronym,
        choices.Country == Theirs ? theirs.Country : ours.Country,
        choices.Types == Theirs ? theirs.Types : ours.Types,
        Takes(choices.Website, ours.Website is null) ? theirs.Website : ours.Website);

    private static bool Takes(string? choice, bool isOursEmpty) => choice == Theirs || (choice is null && isOursEmpty);

    private static FieldErrors Check(Guid id, Request request, Choices choices)
    {
        var errors = new FieldErrors();
        if (request.MergedId == id)
            errors.Add("/mergedId", "same-record", "The id of another record.");
        foreach (var (field, side) in ((string, string?)[])
            [("name", choices.Name), ("names", choices.Names), ("acronym", choices.Acronym), ("country", choices.Country), ("types", choices.Types), ("website", choices.Website)])
        {
            if (side is not null)
                errors.OneOf($"/fields/{field}", side, [Ours, Theirs], "unknown-side");
        }

        if (request.Reason is not null)
            errors.Reason(request.Reason);
        return errors;
    }
}
