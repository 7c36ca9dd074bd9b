using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

internal static class WithdrawConsent
{
    /// <summary>
    /// Who withdraws a consent means all that they ever said to the same question, so its like end with it. Fields that no other basis
    /// covers go back to the node at once.
    /// </summary>
    public static async Task<Results<Ok<ConsentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid consentId, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Contributor) is { } refusal)
            return refusal;

        var consents = await db.Consents.Where(c => c.PersonId == id).ToListAsync(ct);
        if (consents.Find(c => c.Id == consentId) is not { } withdrawn)
            return CommonErrors.Missing("consent", consentId);
        if (withdrawn.WithdrawnAt is { } before)
            return PersonErrors.ConsentWithdrawn.ToProblem($"It was withdrawn at {before:O}.");

        var now = clock.GetUtcNow();
        var levels = person.Levels;
        var alike = consents.FindAll(c => c.Purpose == withdrawn.Purpose && c.Basis == withdrawn.Basis && c.WithdrawnAt is null);
        foreach (var like in alike)
            like.Withdraw(now);
        person.Publish(person.Levels.Covered(consents), now);
        db.AuditPerson(person, "consent-withdrawn", new { levels }, new { consents = alike.Select(like => like.Id), person.Levels }, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(ConsentResponse.Of(withdrawn));
    }
}
