using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Membership.Persons;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Bodies;

/// <summary>
/// Ends a mandate in a body, by the stewards of the body's node, also where another node keeps the person's record: that one is told in its audit trail.
/// </summary>
internal static class EndMandate
{
    /// <summary>The mandate as it ended; <c>to</c> is its last day.</summary>
    public sealed record Response(Guid Id, Guid PersonId, DateOnly From, DateOnly? To, DateTimeOffset? EndedAt);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid mandateId, EndRole.Request request, MembershipDb db, Caller caller, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Bodies.AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, ct) is not { } body || !caller.May(Role.Reader, body.Node))
            return CommonErrors.Missing("body", id);
        if (!caller.May(Role.Steward, body.Node))
            return AccessErrors.OutsideYourNodes.ToProblem($"A mandate is ended by a steward of {body.Node}.");

        await using var transaction = await db.JoinTransactionAsync(ct);
        var personId = await db.PersonRoles.Where(r => r.Id == mandateId && r.Node == body.Node && r.Body == body.Code).Select(r => (Guid?)r.PersonId).SingleOrDefaultAsync(ct);
        if (personId is null || await db.LockPersonAsync(personId.Value, ct) is not { } person)
            return CommonErrors.Missing("mandate", mandateId);
        // The lock on the person keeps it as it is.
        var role = await db.PersonRoles.SingleAsync(r => r.Id == mandateId, ct);
        if (await EndRole.EndAsync(person, role, request, db, caller, access, clock.GetUtcNow(), ct) is { } refusal)
            return refusal;

        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        return TypedResults.Ok(new Response(role.Id, role.PersonId, role.From, role.To, role.EndedAt));
    }
}
