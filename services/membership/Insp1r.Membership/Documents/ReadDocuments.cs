using Insp1r.Membership.Data;
using Insp1r.Membership.Records;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Documents;

/// <summary>All, for the readers of the record's own node; what is not sensitive, for all who see the record.</summary>
internal static class ReadDocuments
{
    public static async Task<Results<Ok<Page<DocumentResponse>>, ProblemHttpResult>> ListAsync(
        Guid id, [AsParameters] PageQuery page, RecordKind kind, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        if (page.Check(out var limit) is { } bad)
            return bad;
        if (!KeysetCursor.TryDecode(page.After, out _, out var last))
            return KeysetCursor.Refuse();
        var (record, isOwn) = await kind.FindFromAnywhereAsync(id, db, caller, ct);
        if (record is null)
            return kind.Missing(id);

        var documents = db.SeenDocuments(record, isOwn);
        if (page.After is not null)
            documents = documents.Where(d => d.Id < last);
        var rows = await documents.OrderByDescending(d => d.Id).Take(limit + 1).ToListAsync(ct);
        var withAuthor = caller.May(Role.Contributor, record.Node);
        record.LocateAt(response, id, "/documents");
        return TypedResults.Ok(Page<DocumentResponse>.From([.. rows.Select(d => DocumentResponse.Of(d, withAuthor))], limit, d => KeysetCursor.Encode("", d.Id)));
    }

    public static async Task<Results<Ok<DocumentResponse>, ProblemHttpResult>> OneAsync(
        Guid id, Guid documentId, RecordKind kind, MembershipDb db, Caller caller, HttpResponse response, CancellationToken ct)
    {
        var (record, isOwn) = await kind.FindFromAnywhereAsync(id, db, caller, ct);
        if (record is null)
            return kind.Missing(id);
        if (await db.SeenDocuments(record, isOwn).SingleOrDefaultAsync(d => d.Id == documentId, ct) is not { } document)
            return CommonErrors.Missing("document", documentId);

        record.LocateAt(response, id, $"/documents/{documentId}");
        return TypedResults.Ok(DocumentResponse.Of(document, caller.May(Role.Contributor, record.Node)));
    }

    public static IQueryable<Document> SeenDocuments(this MembershipDb db, Record record, bool isOwn) =>
        db.Documents.AsNoTracking().Where(d => d.OrganisationId == record.OrganisationId && d.NodeId == record.NodeId && (isOwn || !d.Sensitive));

    /// <summary>The record's document, to the end of the transaction withdrawn by nobody else and given no file.</summary>
    public static Task<Document?> LockDocumentAsync(this MembershipDb db, Record record, Guid documentId, CancellationToken ct) =>
        db.Documents.FromSql($"select * from record_document where id = {documentId} for update")
            .SingleOrDefaultAsync(d => d.OrganisationId == record.OrganisationId && d.NodeId == record.NodeId, ct);
}
