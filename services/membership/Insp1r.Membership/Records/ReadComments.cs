using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Records;

/// <summary>
/// A note on a record, which is an organisation or a network; <c>text</c> is null once it is withdrawn, <c>author</c> the id of a client or account, for
/// those who keep the record.
/// </summary>
internal sealed record CommentResponse(
    Guid Id, Guid? OrganisationId, string? Text, string? Author, DateTimeOffset RecordedAt, DateTimeOffset? WithdrawnAt, Guid? NodeId)
{
    public static CommentResponse Of(Comment c, bool withAuthor) =>
        new(c.Id, c.OrganisationId, c.WithdrawnAt is null ? c.Text : null, withAuthor ? c.Author : null, c.RecordedAt, c.WithdrawnAt, c.NodeId);
}

/// <summary>For the readers of the record's own node: not for those who see an organisation as a member of another network.</summary>
internal static class ReadComments
{
    public static async Task<Results<Ok<Page<CommentResponse>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] PageQuery page, RecordKind kind, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var last))
            return KeysetCursor.Refuse();
        if (await kind.FindAsync(id, db, caller, ct) is not { } record)
            return kind.Missing(id);

        var comments = db.Comments.AsNoTracking().Where(c => c.OrganisationId == record.OrganisationId && c.NodeId == record.NodeId);
        if (page.After is not null)
            comments = comments.Where(c => c.Id < last);
        var rows = await comments.OrderByDescending(c => c.Id).Take(limit + 1).ToListAsync(ct);
        var withAuthor = caller.May(Role.Contributor, record.Node);
        record.LocateAt(response, id, "/comments");
        return TypedResults.Ok(Page<CommentResponse>.From([.. rows.Select(c => CommentResponse.Of(c, withAuthor))], limit, c => KeysetCursor.Encode("", c.Id)));
    }
}
