using Insp1r.Membership.Data;
using Insp1r.Membership.Records;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Documents;

/// <summary>Takes a document's file and words away for good, by its author or a steward. Again makes no difference.</summary>
internal static class WithdrawDocument
{
    private const int MaxReason = 500;

    /// <summary><c>reason</c> has 1 to 500 characters and is kept in the audit trail: name no person.</summary>
    public sealed record Request(string Reason);

    public static async Task<Results<Ok<DocumentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid documentId, Request request, RecordKind kind, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        var (record, refusal) = await kind.FindToChangeAsync(id, db, caller, ct);
        if (record is null)
            return refusal!;
        if (await db.LockDocumentAsync(record, documentId, ct) is not { } document)
            return CommonErrors.Missing("document", documentId);
        if (record.RefusesWithdrawal(caller, document.Author) is { } notYours)
            return notYours;
        var errors = new FieldErrors();
        errors.Required("/reason", request.Reason, MaxReason);
        if (errors.Any)
            return errors.ToProblem();

        if (document.WithdrawnAt is null)
        {
            var (now, before) = (clock.GetUtcNow(), document.About);
            document.Withdraw(now);
            db.Audit("document", documentId, document.Version, record.Node, "membership.document-withdrawn", before, null, now, request.Reason);
            await db.SaveChangesAsync(ct);
            await db.Database.ExecuteSqlAsync($"delete from document_file where document_id = {documentId}", ct);
            // The answer to who added it had its words, too.
            await db.ForgetAnswersAsync(documentId, ct);
            await transaction.CommitAsync(ct);
        }

        return TypedResults.Ok(DocumentResponse.Of(document, withAuthor: true));
    }
}
