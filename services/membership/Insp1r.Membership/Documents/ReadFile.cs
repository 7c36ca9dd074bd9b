using Insp1r.Membership.Data;
using Insp1r.Membership.Records;
using Insp1r.Membership.Sync;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace Insp1r.Membership.Documents;

/// <summary>Gives a document's file as it came, whole or from where a line was cut (Range). Its ETag is its SHA-256.</summary>
internal static class ReadFile
{
    // Whatever is in it, a browser that shows it after all runs nothing and asks for nothing.
    private const string Sandbox = "sandbox; default-src 'none'; frame-ancestors 'none'";

    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id, Guid documentId, RecordKind kind, MembershipDb db, ServiceDatabase database, Caller caller, HttpContext http, CancellationToken ct)
    {
        var (record, isOwn) = await kind.FindFromAnywhereAsync(id, db, caller, ct);
        if (record is null)
            return kind.Missing(id);
        if (await db.SeenDocuments(record, isOwn).SingleOrDefaultAsync(d => d.Id == documentId, ct) is not { } document)
            return CommonErrors.Missing("document", documentId);
        if (document is not { Sha256: { } sha256, Size: { } size })
            return CommonErrors.NotFound.ToProblem("The document has no file: its status and url say what it has.");

        SlowLink.Allow(http, maxBody: null);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = Sandbox;
        return TypedResults.Stream(
            new StoredFile(database.DataSource, documentId, size), document.MediaType, document.FileName, document.FiledAt,
            new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(sha256)}\""), enableRangeProcessing: true);
    }
}
