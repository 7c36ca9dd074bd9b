using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Bodies;
using Insp1r.Membership.Data;
using Insp1r.Membership.Merging;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Affiliations;

/// <summary>Admission, activation, suspension, reinstatement and the three ends, and changes of category: decided by a body, recorded by a steward.</summary>
internal static class MoveAffiliation
{
    private const int MaxBody = 200;

    /// <summary>
    /// <c>to</c> is the new status, <c>category</c> the new category: one of them at least. <c>decidedBy</c> is the body that decided, such as "General assembly",
    /// and <c>decidedOn</c> the day; or <c>decisionId</c> is what a body of the network, or of one above it, adopted. It counts from <c>effective</c> on: today if not given. An earlier day changes what was answered before, and
    /// needs <c>correction</c>.
    /// </summary>
    public sealed record Request(
        string Reason, string? DecidedBy = null, DateOnly? DecidedOn = null, string? To = null, string? Category = null, DateOnly? Effective = null, bool Correction = false, Guid? DecisionId = null);

    public static async Task<Results<Ok<AffiliationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, string node, Request request, MembershipDb db, Caller caller, Standing standing, Affiliates affiliates, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var errors = Check(request, now);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        var (organisation, affiliation, refusal) = await LockAsync(id, node, db, caller, ct);
        if (refusal is not null)
            return refusal;

        var (decidedBy, decidedOn) = await DecisionAsync(errors, request, node, db, ct);
        if (errors.Any)
            return errors.ToProblem();

        var moves = await db.AffiliationMoves.Where(m => m.AffiliationId == affiliation!.Id && m.RevokedAt == null).ToListAsync(ct);
        var effective = request.Effective ?? today;
        var before = moves.Where(m => m.Effective <= effective).OrderBy(m => m.Effective).ThenBy(m => m.RecordedAt).LastOrDefault();
        var (status, category) = before is null ? (affiliation!.FirstStatus, affiliation.FirstCategory) : (before.Status, before.Category);
        if (effective < affiliation!.Since)
        {
            errors.Add("/effective", "out-of-range", $"It began on {affiliation.Since:yyyy-MM-dd}.");
            return errors.ToProblem();
        }

        // History is told in its order; what was recorded wrongly is taken back first.
        if (moves.Exists(m => m.Effective > effective))
            return AffiliationErrors.NotTheLast.ToProblem($"Something counts from {moves.Max(m => m.Effective):yyyy-MM-dd} on already; take that back first.");
        if (request.To is { } to && !AffiliationStatus.CanMove(status, to))
            return AffiliationErrors.IllegalMove.ToProblem($"The affiliation is {status}; it cannot become {to}.");
        if (request.To is null && AffiliationStatus.IsOver(status))
            return AffiliationErrors.IllegalMove.ToProblem($"The affiliation is {status}: its category stays what it was.");

        var move = new AffiliationMove
        {
            Id = Guid.CreateVersion7(now),
            AffiliationId = affiliation.Id,
            Effective = effective,
            Status = request.To ?? status,
            Category = request.Category ?? category,
            Reason = request.Reason,
            DecidedBy = decidedBy,
            DecidedOn = decidedOn,
            DecisionId = request.DecisionId,
            IsCorrection = effective < today,
            RecordedBy = caller.Id,
            RecordedAt = now,
        };
        db.Add(move);
        affiliation.Follow(move);
        db.Append(new AffiliationMoved(affiliation.State), now, reason: request.Reason);
        await standing.TellAsync(organisation!, [affiliation], request.Reason, caller.Id, now, ct);
        if (affiliation is { ThroughId: null, Until: not null })
            await affiliates.LapseAsync(affiliation, move, now, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(AffiliationResponse.Of(affiliation, organisation!.Name));
    }

    /// <summary>
    /// The organisation and its latest affiliation to a node, locked to the end of the transaction: a sync that changes the record waits instead of
    /// making this fail.
    /// </summary>
    public static async Task<(MemberOrganisation? Organisation, Affiliation? Affiliation, ProblemHttpResult? Refusal)> LockAsync(
        Guid id, string node, MembershipDb db, Caller caller, CancellationToken ct)
    {
        var organisation = await db.LockStandingAsync(id, ct);
        var affiliation = organisation is null ? null : (await db.Affiliations.Where(a => a.OrganisationId == organisation.Id && a.Node == node).ToListAsync(ct)).Latest(node);
        if (affiliation is null || !(caller.May(Role.Reader, organisation!.Node) || caller.May(Role.Reader, affiliation.Node)))
            return (null, null, CommonErrors.NotFound.ToProblem("There is no such affiliation that you may see."));
        if (organisation.Id != id)
            return (null, null, OldIds.Refuse(organisation));
        return caller.May(Role.Steward, affiliation.Node)
            ? (organisation, affiliation, null)
            : (null, null, AccessErrors.OutsideYourNodes.ToProblem($"You are not a steward of {affiliation.Node}."));
    }

    private static async Task<(string By, DateOnly On)> DecisionAsync(FieldErrors errors, Request request, string node, MembershipDb db, CancellationToken ct)
    {
        if (request.DecisionId is not { } id)
            return (request.DecidedBy!, request.DecidedOn!.Value);

        var found = await (
            from decision in db.Decisions
            join body in db.Bodies on decision.BodyId equals body.Id
            where decision.Id == id && !db.Decisions.Any(c => c.CorrectsId == id)
            select new { decision.DecidedOn, decision.Result, body.Node, body.Code }).SingleOrDefaultAsync(ct);
        if (found is { Result: DecisionResult.Adopted } && NodePath.Covers(found.Node, node))
            return ($"{found.Code} of {found.Node}", found.DecidedOn);
        errors.Add("/decisionId", "unknown-decision", $"What a body of {node}, or of a network above it, adopted and nobody corrected.");
        return ("", default);
    }

    private static FieldErrors Check(Request request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (request.DecisionId is null)
            errors.Required("/decidedBy", request.DecidedBy, MaxBody);
        else if ((request.DecidedBy, request.DecidedOn) is not (null, null))
            errors.Add("/decidedBy", "not-both", "The decision says by whom and when.");
        if (request is { DecisionId: null, DecidedOn: null })
            errors.Add("/decidedOn", "required", "The day of the decision.");
        errors.NotInFuture("/decidedOn", request.DecidedOn, now);
        AffiliationRules.Effective(errors, request.Effective, request.Correction, now);
        if (request.To is null && request.Category is null)
            errors.Add("/to", "required", $"A status ({string.Join(", ", AffiliationStatus.All)}), or a category.");
        if (request.To is not null)
            errors.OneOf("/to", request.To, AffiliationStatus.All, "unknown-status");
        if (request.Category is not null)
            errors.OneOf("/category", request.Category, AffiliationCategory.All, "unknown-category");
        return errors;
    }
}
