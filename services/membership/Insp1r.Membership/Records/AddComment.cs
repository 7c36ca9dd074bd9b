using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Records;

internal static class AddComment
{
    /// <summary><c>text</c> has 1 to 4,000 characters. Write of the record, not of persons.</summary>
    public sealed record Request(string Text);

    public static async Task<Results<Created<CommentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, RecordKind kind, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var (record, refusal) = await kind.FindToChangeAsync(id, db, caller, ct);
        if (record is null)
            return refusal!;
        var errors = new FieldErrors();
        errors.Required("/text", request.Text, Comment.MaxText);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var comment = Comment.Of(Guid.CreateVersion7(now), record, request.Text, caller.Id, now);
        db.Add(comment);
        // Without its words: the trail is kept longer than they may be.
        db.Audit("comment", comment.Id, comment.Version, record.Node, "membership.comment-added", null, comment.About, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"{record.Address}/comments", CommentResponse.Of(comment, withAuthor: true));
    }
}
