using Insp1r.Advocacy.Data;
using Insp1r.Advocacy.Network;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Outcomes;

internal static class SubmitOutcome
{
    public static async Task<Results<Ok<OutcomeResponse>, ProblemHttpResult>> Handle(
        Guid id, Caller caller, AdvocacyDb db, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        await db.LockOutcomeAsync(id, ct);
        if (await db.Outcomes.ReadableBy(caller).SingleOrDefaultAsync(o => o.Id == id, ct) is not { } outcome)
            return CommonErrors.Missing("outcome", id);
        if (!caller.May(Role.Contributor, outcome.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"Submitting it needs a contributor grant at or above {outcome.Node}.");
        if (outcome.Status is not OutcomeStatus.Draft)
            return OutcomeErrors.NotDraft.ToProblem("It was submitted before.");

        var errors = new FieldErrors();
        var fields = outcome.Fields;
        fields.CheckComplete(errors, outcome.Node);
        var contributions = await Contributors.ResolveAsync(db, caller, fields.Contributions, errors, ct);
        if (errors.Any)
            return errors.ToProblem(response);

        var now = clock.GetUtcNow();
        outcome.Submit(contributions, now);
        db.Append(new OutcomeSubmitted(outcome.ToState()), now, OutcomeResponse.Of(outcome));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await db.ShowAsync(outcome, ct));
    }
}
