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
        Guid id, Guid commentId, RecordKind kind, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var (record, refusal) = await kind.FindToChangeAsync(id, db, caller, ct);
        if (record is null)
            return refusal!;
        if (await db.Comments.FromSql($"select * from record_comment where id = {commentId} for update")
                .SingleOrDefaultAsync(c => c.OrganisationId == record.OrganisationId && c.NodeId == record.NodeId, ct) is not { } comment)
            return CommonErrors.Missing("comment", commentId);
        if (record.RefusesWithdrawal(caller, comment.Author) is { } notYours)
            return notYours;

        if (comment.WithdrawnAt is null)
        {
            var now = clock.GetUtcNow();
            comment.Withdraw(now);
            db.Audit("comment", commentId, comment.Version, record.Node, "membership.comment-withdrawn", comment.About, null, now);
            await db.SaveChangesAsync(ct);
            // The answer to who wrote it had its words, too.
            await db.ForgetAnswersAsync(commentId, ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(CommentResponse.Of(comment, withAuthor: true));
    }
}
