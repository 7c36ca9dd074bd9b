using Insp1r.Communications.Data;
using Insp1r.Communications.Events;
using Insp1r.Contracts.Communications;
using Insp1r.Contracts.Membership;
using Insp1r.Messaging.Consuming;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Persons;

/// <summary>
/// Membership erased a person: they are a speaker of no event any more, and no stored answer quotes them. (No payload of the log ever
/// did.) Free texts, such as those of announcements, refer to nobody by id: whoever wrote a name there takes it out.
/// </summary>
internal sealed class ErasePerson(TimeProvider clock) : IEffect<CommunicationsDb, PersonErased>
{
    public async Task HandleAsync(Received<PersonErased> received, CommunicationsDb db, CancellationToken ct)
    {
        var person = received.Event.State.Id;
        await db.LockPersonAsync(person, shared: false, ct);
        if (!await db.ErasedPersons.AnyAsync(erased => erased.Id == person, ct))
            db.Add(new ErasedPerson { Id = person, Version = received.Event.State.Version, ErasedAt = received.OccurredAt });

        var now = clock.GetUtcNow();
        foreach (var quoted in await db.PublicEvents.Quoting(person).ToListAsync(ct))
        {
            quoted.RemoveSpeaker(person);
            db.Append(new EventChanged(quoted.ToState()), now);
            await db.ForgetAnswersAsync(quoted.Id, ct);
        }
    }
}

internal static class Quotes
{
    /// <summary>The events that have this person among their speakers.</summary>
    public static IQueryable<PublicEvent> Quoting(this DbSet<PublicEvent> events, Guid person)
    {
        var speaker = $$"""[{"personId": "{{person}}"}]""";
        return events.FromSql($"select * from public_event where speakers @> {speaker}::jsonb");
    }
}
