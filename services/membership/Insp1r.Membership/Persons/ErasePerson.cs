using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Persons;

internal static class ErasePerson
{
    /// <summary>A word and no text, since that stays: requested-by-person, consent-withdrawn, no-longer-needed or unlawful.</summary>
    public sealed record Request(ErasureReason Reason);

    /// <summary>The tombstone.</summary>
    public sealed record Response(Guid Id, int Version, string Node, ErasureReason Reason, DateTimeOffset ErasedAt);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, PersonErasure erasure, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Steward) is { } refusal)
            return refusal;

        await erasure.EraseAsync(person, request.Reason, ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new Response(id, person.Version, person.Node, request.Reason, person.ErasedAt!.Value));
    }
}
