using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>Who sees which field. What shows a field to others than the node has to be covered by a recorded basis.</summary>
internal static class PublishPerson
{
    public static async Task<Results<Ok<PersonResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, PersonLevels request, IfMatch ifMatch, MembershipDb db, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        await using var transaction = await db.JoinTransactionAsync(ct);
        // Locked before the consents are read: none of them ends in between.
        if (await db.LockPersonAsync(id, ct) is not { } person)
            return CommonErrors.Missing("person", id);
        if (caller.Refuses(person, Role.Steward) is { } refusal)
            return refusal;
        if (ifMatch.Refuses(person.Version) is { } stale)
            return stale;
        if (request.Missing(await db.Consents.AsNoTracking().Where(c => c.PersonId == id).ToListAsync(ct)) is { Count: > 0 } missing)
            return Refuse(missing);

        var (before, now) = (person.Levels, clock.GetUtcNow());
        if (person.Publish(request, now))
        {
            db.AuditPerson(person, "published", before, person.Levels, now);
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        return TypedResults.Ok(PersonResponse.Of(person, PublicationLevel.Private));
    }

    public static ProblemHttpResult Refuse(IEnumerable<string> missing) => PersonErrors.ConsentMissing.ToProblem(
        "Record the person's consent (or another basis) first: it has to name the field and reach as far as the level.",
        [.. missing.Select(field => new FieldError($"/{field}", "consent-missing", "node or private, or a recorded basis for more"))]);
}
