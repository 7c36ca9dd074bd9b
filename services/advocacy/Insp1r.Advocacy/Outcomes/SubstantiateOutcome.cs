using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Insp1r.Advocacy.Outcomes;

internal static class SubstantiateOutcome
{
    public sealed record Request(string Node, Verdict Verdict, string? Comment = null);

    public static async Task<Results<Created<SubstantiationResponse>, ProblemHttpResult>> Handle(
        Guid id, Request request, Caller caller, AdvocacyDb db, IOptions<SubstantiationOptions> options, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var errors = new FieldErrors();
        errors.Node("/node", request.Node);
        errors.Text("/comment", request.Comment, 4_000);
        if (errors.Any)
            return errors.ToProblem();

        await using var transaction = await db.JoinTransactionAsync(ct);
        await db.LockOutcomeAsync(id, ct);
        if (await db.Outcomes.ReadableBy(caller).SingleOrDefaultAsync(o => o.Id == id, ct) is not { } outcome)
            return CommonErrors.Missing("outcome", id);
        if (!caller.May(Role.Contributor, request.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Speaking for {request.Node} needs a contributor grant at or above it.");
        if (outcome.Status is OutcomeStatus.Draft)
            return OutcomeErrors.NotSubmitted.ToProblem("Its network has not submitted it yet.");
        if (Substantiation.WhyNotIndependent(outcome, await db.ContributingNodesAsync(outcome, ct), request.Node, caller) is { } reason)
            return OutcomeErrors.NotIndependent.ToProblem(reason);
        // Last: what no waiting can change is said first.
        await errors.CheckNodeAsync("/node", request.Node, db, ct);
        if (errors.Any)
            return errors.ToProblem(response);

        var now = clock.GetUtcNow();
        var substantiation = new Substantiation
        {
            Id = Guid.CreateVersion7(now),
            OutcomeId = id,
            Node = request.Node,
            Verdict = request.Verdict,
            Comment = request.Comment,
            GivenAt = now,
        };
        db.Add(substantiation);
        db.Append(new VerdictGiven(substantiation.ToState()), now, SubstantiationResponse.Of(substantiation));
        if (request.Verdict is Verdict.Agree && outcome.Status is OutcomeStatus.Submitted
            && await db.Substantiations.CountAsync(s => s.OutcomeId == id && s.Verdict == Verdict.Agree, ct) + 1 >= options.Value.AgreementsNeeded)
        {
            outcome.Substantiate(request.Node, now);
            db.Append(new OutcomeSubstantiated(outcome.ToState(), request.Node, DateOnly.FromDateTime(now.UtcDateTime)), now, OutcomeResponse.Of(outcome));
        }

        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AdvocacyDb.OneVerdictPerNode))
        {
            return OutcomeErrors.SaidAlready.ToProblem($"{request.Node} has given its verdict on this outcome.");
        }

        return TypedResults.Created($"/api/v1/outcomes/{id}/substantiations", SubstantiationResponse.Of(substantiation));
    }
}
