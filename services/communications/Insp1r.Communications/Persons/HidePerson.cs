using Insp1r.Communications.Data;
using Insp1r.Contracts.Communications;
using Insp1r.Contracts.Membership;
using Insp1r.Messaging.Consuming;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Persons;

/// <summary>
/// Membership hid a person, or shows them again. Events keep their speaker, and readers are not told. Each event that quotes the person
/// has a new version all the same: a client would take the name that it has for current.
/// </summary>
internal sealed class HidePerson(TimeProvider clock) : IEffect<CommunicationsDb, IPersonSightEvent>
{
    public async Task HandleAsync(Received<IPersonSightEvent> received, CommunicationsDb db, CancellationToken ct)
    {
        var (person, version, hidden) = (received.Event.State.Id, received.Event.State.Version, received.Event is PersonHidden);
        await db.LockPersonAsync(person, shared: false, ct);
        var known = await db.HiddenPersons.SingleOrDefaultAsync(entry => entry.Id == person, ct);
        if (known?.Version >= version || await db.ErasedPersons.AnyAsync(erased => erased.Id == person, ct))
            return;

        var wasHidden = known is { Hidden: true };
        if (known is null)
            db.Add(new HiddenPerson { Id = person, Version = version, Hidden = hidden });
        else
            (known.Version, known.Hidden) = (version, hidden);
        if (hidden == wasHidden)
            return;

        var now = clock.GetUtcNow();
        foreach (var quoting in await db.PublicEvents.Quoting(person).ToListAsync(ct))
        {
            quoting.Renew();
            db.Append(new EventChanged(quoting.ToState()), now);
        }

        if (hidden)
            await db.ForgetAnswersAsync(person, ct);
    }
}
