using System.Globalization;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Records;
using Insp1r.Membership.Reference;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Documents;

/// <summary>What a document is, and where: the file itself follows, so that a line that is cut costs its words nothing.</summary>
internal static class AddDocument
{
    private const int MaxTitle = 300;
    private const int MaxSource = 1_000;
    private const int MaxUrl = 2_000;
    private const int MaxFileName = 200;

    /// <summary>
    /// <c>title</c> has 1 to 300 characters; <c>language</c> is a code of ISO 639-1; <c>date</c> the document's own, never in the future. Either <c>url</c>, an
    /// https address, or <c>fileName</c> is given; it ends in .pdf, .docx, .xlsx, .odt, .ods, .csv, .txt, .png, .jpg or .jpeg. What is <c>sensitive</c> (if not
    /// given, it is) stays with the readers of the record's own node.
    /// </summary>
    public sealed record Request(
        string Title, DocumentCategory Category, string Language, DateOnly Date, string? Source = null, string? Url = null, string? FileName = null, bool Sensitive = true);

    public static async Task<Results<Created<DocumentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, RecordKind kind, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var (record, refusal) = await kind.FindToChangeAsync(id, db, caller, ct);
        if (record is null)
            return refusal!;
        var now = clock.GetUtcNow();
        var errors = Check(request, now, out var fileType);
        if (errors.Any)
            return errors.ToProblem();

        var document = Document.Of(Guid.CreateVersion7(now), record, request, fileType, caller.Id, now);
        db.Add(document);
        db.Audit("document", document.Id, document.Version, record.Node, "membership.document-added", null, document.About, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Created($"{record.Address}/documents/{document.Id}", DocumentResponse.Of(document, withAuthor: true));
    }

    private static FieldErrors Check(Request request, DateTimeOffset now, out FileType? fileType)
    {
        var errors = new FieldErrors();
        errors.Required("/title", request.Title, MaxTitle);
        if (!LanguageCodes.Contains(request.Language))
            errors.Add("/language", "unknown-language", "A code of ISO 639-1, such as en, fr, es or rw.");
        errors.NotInFuture("/date", request.Date, now);
        if (request.Source is not null)
            errors.Required("/source", request.Source, MaxSource);

        fileType = null;
        if (request.Url is null == request.FileName is null)
            errors.Add("", "url-or-file", "Give either url, the document's address, or fileName, the name of the file that follows.");
        else if (request.Url is { } url)
            CheckUrl(errors, url);
        else if (!IsFileName(request.FileName!))
            errors.Add("/fileName", "bad-file-name", $"1 to {MaxFileName} characters that are a name alone: without folders, control characters and any of < > : \" | ? *");
        else if ((fileType = FileType.OfName(request.FileName!)) is null)
            errors.Add("/fileName", "unknown-file-type", $"A name that ends in one of {FileType.AllEndings}.");
        return errors;
    }

    private static void CheckUrl(FieldErrors errors, string url)
    {
        errors.Text("/url", url, MaxUrl);
        // A name and a password are no part of where something lies.
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps || address.UserInfo.Length > 0)
            errors.Add("/url", "bad-address", "An address that begins with https://.");
    }

    // It becomes a file on somebody's desk, whatever their system. (Marks of direction would let exe.pdf look like fdp.exe, or the other way.)
    private static bool IsFileName(string name) =>
        name.Length is > 0 and <= MaxFileName && name[0] is not ('.' or ' ') && name[^1] != ' ' && !name.AsSpan().ContainsAny("/\\<>:\"|?*")
        && name.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar && System.Text.Rune.GetUnicodeCategory(rune)
            is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
