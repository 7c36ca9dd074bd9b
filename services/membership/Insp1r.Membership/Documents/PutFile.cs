using System.Security.Cryptography;
using Insp1r.Membership.Data;
using Insp1r.Membership.Records;
using Insp1r.Membership.Sync;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Insp1r.Membership.Documents;

/// <summary>
/// The file of a document, once: sent again it makes no difference, and another one is refused. A file is there whole or not at all.
/// </summary>
internal static class PutFile
{
    /// <summary>The most bytes of a file.</summary>
    public const int MaxFile = 10 << 20;

    public static async Task<Results<Created<DocumentResponse>, Ok<DocumentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid documentId, [FromHeader(Name = "Content-Digest")] string? digest, RecordKind kind, HttpContext http, MembershipDb db, Caller caller,
        TimeProvider clock, CancellationToken ct)
    {
        // Judged before the bytes are sent over a line that may be dear, and once more when they are here.
        var (record, refusal) = await kind.FindToChangeAsync(id, db, caller, ct);
        if (record is null)
            return refusal!;
        if (await db.SeenDocuments(record, isOwn: true).SingleOrDefaultAsync(d => d.Id == documentId, ct) is not { } announced)
            return CommonErrors.Missing("document", documentId);
        if (RefuseFile(announced) is { } late)
            return late;
        var type = FileType.OfName(announced.FileName!)!;
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var sent) || !sent.MediaType.Equals(type.MediaType, StringComparison.OrdinalIgnoreCase))
            return CommonErrors.UnsupportedMediaType.ToProblem($"By its name the file is {type.MediaType}: send it as that.");
        if (!ContentDigest.TryRead(digest, out var expected))
            return DocumentErrors.BadDigest.ToProblem("Content-Digest has a member sha-256=:...: with the SHA-256 of the file in base64 (RFC 9530), or is left out.");

        // All of it before a transaction is opened: one that waits for a slow line would hold up the readers of the log.
        using var body = new MemoryStream();
        if (await ReadAsync(http, body, ct) is { } tooLarge)
            return tooLarge;
        var bytes = new ReadOnlyMemory<byte>(body.GetBuffer(), 0, (int)body.Length);
        var sha256 = SHA256.HashData(bytes.Span);
        if (expected is not null && !expected.AsSpan().SequenceEqual(sha256))
            return DocumentErrors.DigestMismatch.ToProblem($"{bytes.Length} bytes came, and their SHA-256 is another one: send the file again.");
        if (!type.Fits(bytes.Span))
            return DocumentErrors.NotOfItsType.ToProblem($"By its name the file is {type.MediaType}, and its bytes are not. A text is in UTF-8.");

        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockDocumentAsync(record, documentId, ct) is not { } document)
            return CommonErrors.Missing("document", documentId);
        if (RefuseFile(document) is { } refused)
            return refused;
        if (document.Sha256 is { } there)
        {
            return there.AsSpan().SequenceEqual(sha256)
                ? TypedResults.Ok(DocumentResponse.Of(document, withAuthor: true))
                : DocumentErrors.Filed.ToProblem("It has another file, and a document does not change silently: withdraw it, and add a new one.");
        }

        var now = clock.GetUtcNow();
        document.Take(bytes.Length, sha256, now);
        db.Audit("document", documentId, document.Version, record.Node, "membership.document-filed", null, document.About, now);
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlRawAsync(
            "insert into document_file (document_id, bytes) values ({0}, {1})", [documentId, new NpgsqlParameter<ReadOnlyMemory<byte>> { ParameterName = "bytes", TypedValue = bytes }], ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"{record.Address}/documents/{documentId}", DocumentResponse.Of(document, withAuthor: true));
    }

    private static ProblemHttpResult? RefuseFile(Document document) =>
        document.WithdrawnAt is not null ? DocumentErrors.Withdrawn.ToProblem("Add a new document, and send its file there.")
        : document.Url is not null ? DocumentErrors.Filed.ToProblem("It is an address and has no file: withdraw it, and add a new one with a fileName.")
        : null;

    private static async Task<ProblemHttpResult?> ReadAsync(HttpContext http, MemoryStream body, CancellationToken ct)
    {
        // Counted here: the server's own limit counts the frames of a body in chunks, too. What still comes of a larger one it drops, for five seconds at
        // most: a client that reads only after it has sent then sees the answer.
        SlowLink.Allow(http, maxBody: null);
        if (http.Request.ContentLength > MaxFile)
            return TooLarge;
        var piece = new byte[64 << 10];
        for (int read; (read = await http.Request.Body.ReadAsync(piece, ct)) > 0;)
        {
            if (body.Length + read > MaxFile)
                return TooLarge;
            body.Write(piece, 0, read);
        }

        return null;
    }

    private static ProblemHttpResult TooLarge => CommonErrors.TooLarge.ToProblem($"A file has at most {MaxFile} bytes. Make it smaller, or give its address.");
}
