using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Affiliations;

/// <summary>Takes back the last move, which was recorded by mistake. It stays on record, and an answer as known before has it.</summary>
internal static class RevokeMove
{
    public sealed record Request(string Reason);

    public static async Task<Results<Ok<AffiliationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, string node, Guid moveId, Request request, MembershipDb db, Caller caller, Standing standing, Affiliates affiliates, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        // The federation first, as its end does it.
        var through = await db.Affiliations.Where(a => a.OrganisationId == id && a.Node == node && db.AffiliationMoves.Any(m => m.Id == moveId && m.AffiliationId == a.Id))
            .Select(a => a.ThroughId).SingleOrDefaultAsync(ct);
        await db.KeepFederationAsync(through, ct);
        var (organisation, affiliation, refusal) = await MoveAffiliation.LockAsync(id, node, db, caller, ct);
        if (refusal is not null)
            return refusal;

        var moves = await db.AffiliationMoves.Where(m => m.AffiliationId == affiliation!.Id && m.RevokedAt == null).OrderBy(m => m.Effective).ThenBy(m => m.RecordedAt).ToListAsync(ct);
        if (!moves.Exists(m => m.Id == moveId))
        {
            var period = await db.Affiliations.Where(a => a.OrganisationId == id && a.Node == node && db.AffiliationMoves.Any(m => m.Id == moveId && m.AffiliationId == a.Id))
                .Select(a => (Guid?)a.Id).SingleOrDefaultAsync(ct);
            if (period is null)
                return CommonErrors.Missing("move", moveId);
            return AffiliationErrors.NotTheLast.ToProblem(
                period == affiliation!.Id ? "It was taken back before." : $"It is of an earlier membership; a newer one began on {affiliation.Since:yyyy-MM-dd}.");
        }

        if (moves[^1].Id != moveId)
            return AffiliationErrors.NotTheLast.ToProblem("Take back what was recorded after it first.");

        var now = clock.GetUtcNow();
        moves[^1].Revoke(caller.Id, request.Reason, now);
        affiliation!.Follow(moves.Count > 1 ? moves[^2] : null);
        if (affiliation is { ThroughId: { } federation, Until: null } && !await db.IsFederationAsync(federation, node, ct))
            return AffiliationErrors.FederationNotMember.ToProblem($"Its federation {federation} is no direct member of {node}.");
        db.Append(new AffiliationMoved(affiliation.State), now, reason: request.Reason);
        await standing.TellAsync(organisation!, [affiliation], request.Reason, caller.Id, now, ct);
        await affiliates.RestoreAsync(moves[^1], now, ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AffiliationMapping.OneAtATime))
        {
            return AffiliationErrors.Exists.ToProblem("A new affiliation to this network has begun since.");
        }

        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(AffiliationResponse.Of(affiliation, organisation!.Name));
    }
}
