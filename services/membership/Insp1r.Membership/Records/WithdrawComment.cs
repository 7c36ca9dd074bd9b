using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Records;

/// <summary>Takes a comment's words away for good, by its author or a steward. Again makes no difference.</summary>
internal static class WithdrawComment
{
    public static async Task<Results<Ok<CommentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid commentId, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Reader, node))
            return CommonErrors.Missing("organisation", id);
        if (!caller.May(Role.Contributor, node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {node}.");
        if (await db.Comments.FromSql($"select * from record_comment where id = {commentId} and organisation_id = {id} for update").SingleOrDefaultAsync(ct) is not { } comment)
            return CommonErrors.Missing("comment", commentId);
        if (comment.Author != caller.Id && !caller.May(Role.Steward, node))
            return AccessErrors.Forbidden.ToProblem($"It is withdrawn by its author or a steward of {node}.");

        if (comment.WithdrawnAt is null)
        {
            var now = clock.GetUtcNow();
            comment.Withdraw(now);
            db.Audit("comment", commentId, 2, node, "membership.comment-withdrawn", new { comment.OrganisationId }, null, now);
            await db.SaveChangesAsync(ct);
            // The answer to who wrote it had its words, too.
            await db.ForgetAnswersAsync(commentId, ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(CommentResponse.Of(comment, withAuthor: true));
    }
}
