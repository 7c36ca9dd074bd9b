using Insp1r.Contracts.Membership;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>
/// Takes a person out (GDPR, Art. 17). What stays is that there was one: the id, the node, dates, which organisations, that consents
/// were given, and what the account could do. The other services hear of it by the event and do the same.
/// </summary>
internal sealed class PersonErasure(MembershipDb db, AccountErasure accounts, ErasureRegister register, TimeProvider clock)
{
    /// <summary>Within the transaction that is open and holds the person's lock; <see cref="AccountAccess.TellAsync"/> follows its commit.</summary>
    public async Task EraseAsync(Person person, ErasureReason reason, string by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        person.Erase(reason, now);
        foreach (var role in await db.PersonRoles.Where(r => r.PersonId == person.Id).ToListAsync(ct))
            role.Erase(now);
        foreach (var consent in await db.Consents.Where(c => c.PersonId == person.Id).ToListAsync(ct))
            consent.Erase(now);
        if (await db.Accounts.SingleOrDefaultAsync(a => a.PersonId == person.Id, ct) is { } account)
            await accounts.EraseAsync(account, reason, by, ct);

        db.Append(new PersonErased(new PersonTombstone(person.Id, person.Version, person.Node)), now, reason: Words.Of(reason));
        await db.SaveChangesAsync(ct);
        await db.EraseTrailAsync("person", person.Id, now, ct);
        await db.ForgetAnswersAsync(person.Id, ct);
        await db.AfterCommitAsync(() => register.NoteAsync(person.Id, reason));
    }
}
