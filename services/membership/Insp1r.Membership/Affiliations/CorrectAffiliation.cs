using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Affiliations;

/// <summary>Another first day of a membership that was recorded with a wrong one. What it became from which day on are its moves, which stay.</summary>
internal static class CorrectAffiliation
{
    /// <summary>
    /// <c>since</c> is the first day as it really was. It changes what was answered before, and needs <c>correction</c>. <c>affiliationId</c> is the period, of an
    /// organisation that was a member several times: the latest if not given.
    /// </summary>
    public sealed record Request(string Reason, DateOnly? Since = null, bool Correction = false, Guid? AffiliationId = null);

    public static async Task<Results<Ok<AffiliationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, string node, Request request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var (organisation, latest, refusal) = await MoveAffiliation.LockAsync(id, node, db, caller, ct);
        if (refusal is not null)
            return refusal;

        // Also what came with a merged record: it tells of the days before it yields.
        var periods = await db.Affiliations.IgnoreQueryFilters().Where(a => a.OrganisationId == id && a.Node == node).ToListAsync(ct);
        var affiliation = request.AffiliationId is { } period ? periods.Find(a => a.Id == period && a.YieldsOn is null) : latest;
        if (affiliation is null)
            return CommonErrors.Missing("affiliation", request.AffiliationId!.Value);
        if (ifMatch.Refuses(affiliation.Version) is { } stale)
            return stale;

        var now = clock.GetUtcNow();
        var errors = Check(request, now);
        if (errors.Any)
            return errors.ToProblem();

        var since = request.Since!.Value;
        if (since != affiliation.Since)
        {
            var firstMove = await db.AffiliationMoves.Where(m => m.AffiliationId == affiliation.Id && m.RevokedAt == null).MinAsync(m => (DateOnly?)m.Effective, ct);
            Fit(errors, since, affiliation, periods, firstMove);
            if (errors.Any)
                return errors.ToProblem();

            affiliation.Correct(since, now);
            db.Append(new AffiliationMoved(affiliation.State), now, reason: request.Reason);
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return TypedResults.Ok(AffiliationResponse.Of(affiliation, organisation!.Name));
    }

    private static FieldErrors Check(Request request, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (request.Since is null)
            errors.Add("/since", "required", "The first day.");
        else if (!request.Correction)
            errors.Add("/since", "needs-correction", "Another first day changes what was answered before: say correction, if that is meant.");
        errors.NotInFuture("/since", request.Since, now);
        return errors;
    }

    // Each day is told of by one period, as before, and the periods stay in their order.
    private static void Fit(FieldErrors errors, DateOnly since, Affiliation affiliation, List<Affiliation> periods, DateOnly? firstMove)
    {
        var others = periods.FindAll(a => a != affiliation && a.YieldsOn != a.Since);
        var taken = others.Where(a => IsBefore(a, affiliation)).Select(End).DefaultIfEmpty().Max();
        if (since < taken)
            errors.Add("/since", "out-of-range", $"Of the days before {taken:yyyy-MM-dd} an earlier membership of it tells.");
        if (since > firstMove)
            errors.Add("/since", "out-of-range", $"From {firstMove:yyyy-MM-dd} on something was decided of it.");
        // What stands behind it has no days of its own from then on.
        var yielding = periods.Where(a => a.YieldsOn >= affiliation.Since && (affiliation.Until is null || a.YieldsOn < affiliation.Until)).Min(a => a.YieldsOn);
        if (since > yielding)
            errors.Add("/since", "out-of-range", $"From {yielding:yyyy-MM-dd} on it stands in the place of a merged record's.");
        if (others.Where(a => !IsBefore(a, affiliation)).Min(a => (DateOnly?)a.Since) is { } next && since >= next)
            errors.Add("/since", "out-of-range", $"Its next membership began on {next:yyyy-MM-dd}.");
    }

    private static bool IsBefore(Affiliation one, Affiliation other) => (one.Since, one.RecordedAt, one.Id).CompareTo((other.Since, other.RecordedAt, other.Id)) < 0;

    // One that ended on its first day tells of that day.
    private static DateOnly End(Affiliation affiliation) => new[] { affiliation.YieldsOn ?? affiliation.Until ?? DateOnly.MaxValue, affiliation.Since.AddDays(1) }.Max();
}
