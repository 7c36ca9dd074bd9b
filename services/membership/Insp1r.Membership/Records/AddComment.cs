using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Records;

internal static class AddComment
{
    /// <summary><c>text</c> has 1 to 4,000 characters. Write of the record, not of persons.</summary>
    public sealed record Request(string Text);

    public static async Task<Results<Created<CommentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Organisations.Where(o => o.Id == id).Select(o => o.Node).SingleOrDefaultAsync(ct) is not { } node || !caller.May(Role.Reader, node))
            return CommonErrors.Missing("organisation", id);
        if (!caller.May(Role.Contributor, node))
            return AccessErrors.OutsideYourNodes.ToProblem($"You are not a contributor to {node}.");
        var errors = new FieldErrors();
        errors.Required("/text", request.Text, Comment.MaxText);
        if (errors.Any)
            return errors.ToProblem();

        var now = clock.GetUtcNow();
        var comment = Comment.Of(Guid.CreateVersion7(now), id, request.Text, caller.Id, now);
        db.Add(comment);
        // Without its words: the trail is kept longer than they may be.
        db.Audit("comment", comment.Id, 1, node, "membership.comment-added", null, new { comment.OrganisationId }, now);
        await db.SaveChangesAsync(ct);
        return TypedResults.Created($"/api/v1/organisations/{id}/comments", CommentResponse.Of(comment, withAuthor: true));
    }
}
