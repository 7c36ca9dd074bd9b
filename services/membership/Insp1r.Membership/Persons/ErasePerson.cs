using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>
/// Takes a person out (GDPR, Art. 17). What stays is that there was one: the id, the node, dates, which organisations, and that consents
/// were given. The other services hear of it by the event and do the same.
/// </summary>
internal static class ErasePerson
{
    /// <summary>A word and no text, since that stays: requested-by-person, consent-withdrawn, no-longer-needed or unlawful.</summary>
    public sealed record Request(ErasureReason Reason);

    /// <summary>The tombstone.</summary>
    public sealed record Response(Guid Id, int Version, string Node, ErasureReason Reason, DateTimeOffset ErasedAt);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, Request request, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Steward) is { } refusal)
            return refusal;

        var now = clock.GetUtcNow();
        person.Erase(request.Reason, now);
        foreach (var role in await db.PersonRoles.Where(r => r.PersonId == id).ToListAsync(ct))
            role.Erase(now);
        foreach (var consent in await db.Consents.Where(c => c.PersonId == id).ToListAsync(ct))
            consent.Erase(now);
        await access.EraseWithPersonAsync(id, caller.Id, ct);
        db.Append(new PersonErased(new PersonTombstone(id, person.Version, person.Node)), now);
        await db.SaveChangesAsync(ct);
        await db.ForgetAnswersAsync(id, ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(new Response(id, person.Version, person.Node, request.Reason, now));
    }
}
