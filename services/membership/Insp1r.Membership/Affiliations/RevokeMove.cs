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
    private const int MaxReason = 2_000;

    public sealed record Request(string Reason);

    public static async Task<Results<Ok<AffiliationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, string node, Guid moveId, Request request, MembershipDb db, Caller caller, Standing standing, Affiliates affiliates, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Required("/reason", request.Reason, MaxReason);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        var (organisation, affiliation, refusal) = await MoveAffiliation.LockAsync(id, node, db, caller, ct);
        if (refusal is not null)
            return refusal;

        var moves = await db.AffiliationMoves.Where(m => m.AffiliationId == affiliation!.Id && m.RevokedAt == null).OrderBy(m => m.Effective).ThenBy(m => m.RecordedAt).ToListAsync(ct);
        if (!moves.Exists(m => m.Id == moveId))
        {
            return await db.AffiliationMoves.AnyAsync(m => m.AffiliationId == affiliation!.Id && m.Id == moveId, ct)
                ? AffiliationErrors.NotTheLast.ToProblem("It was taken back before.")
                : CommonErrors.Missing("move", moveId);
        }

        if (moves[^1].Id != moveId)
            return AffiliationErrors.NotTheLast.ToProblem("Take back what was recorded after it first.");

        var now = clock.GetUtcNow();
        moves[^1].Revoke(caller.Id, request.Reason, now);
        affiliation!.Follow(moves.Count > 1 ? moves[^2] : null);
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
