using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Figures;

/// <summary>A figure that was read or copied wrongly. (Another source that says another thing is a figure of its own.)</summary>
internal static class CorrectFigure
{
    /// <summary><c>says</c> is the whole of what the source says; <c>reason</c> why the first record of it was wrong.</summary>
    public sealed record Request(string Reason, FigureContent Says);

    public static async Task<Results<Created<FigureResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockFigureAsync(id, ct) is not { } wrong)
            return CommonErrors.Missing("figure", id);
        if (!caller.May(Role.Contributor, wrong.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {wrong.Node}.");

        var now = clock.GetUtcNow();
        var errors = new FieldErrors();
        errors.Reason(request.Reason);
        request.Says.Check(errors, "/says", now);
        if (errors.Any)
            return errors.ToProblem();
        if (wrong.WithdrawnAt is { } at)
            return FigureErrors.Withdrawn.ToProblem($"It was withdrawn on {at:yyyy-MM-dd}.");
        if (await db.Figures.AnyAsync(f => f.Corrects == id, ct))
            return FigureErrors.Corrected.ToProblem("Correct the figure that took its place.");

        var right = new NetworkFigure
        {
            Id = Guid.CreateVersion7(now),
            Node = wrong.Node,
            Measure = wrong.Measure,
            Content = request.Says,
            Corrects = wrong.Id,
            Reason = request.Reason,
            RecordedBy = caller.Id,
            RecordedAt = now,
        };
        db.Add(right);
        db.Append(new FigureRecorded(right.State), now, reason: request.Reason);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"/api/v1/figures/{right.Id}", FigureResponse.Of(right));
    }
}
