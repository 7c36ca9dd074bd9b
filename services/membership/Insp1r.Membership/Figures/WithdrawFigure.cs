using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Figures;

/// <summary>Takes back a figure that was recorded by mistake, such as one that is said of another network, and with it what it corrected. Again makes no difference.</summary>
internal static class WithdrawFigure
{
    /// <summary><c>reason</c> has 1 to 2000 characters, and names no person.</summary>
    public sealed record Request(string Reason);

    public static async Task<Results<Ok<FigureResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockFigureAsync(id, ct) is not { } figure)
            return CommonErrors.Missing("figure", id);
        if (!caller.May(Role.Contributor, figure.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {figure.Node}.");

        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        if (errors.Any)
            return errors.ToProblem();
        if (await db.Figures.AnyAsync(f => f.Corrects == id, ct))
            return FigureErrors.Corrected.ToProblem("Withdraw the figure that took its place.");

        if (figure.WithdrawnAt is null)
        {
            var now = clock.GetUtcNow();
            figure.Withdraw(request.Reason, now);
            db.Append(new FigureWithdrawn(figure.State), now, reason: request.Reason);
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(FigureResponse.Of(figure));
    }
}
