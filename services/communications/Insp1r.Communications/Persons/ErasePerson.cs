using Insp1r.Communications.Data;
using Insp1r.Communications.Events;
using Insp1r.Contracts.Communications;
using Insp1r.Contracts.Membership;
using Insp1r.Messaging.Consuming;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Persons;

/// <summary>
/// Membership erased a person: they are a speaker of no event any more, no stored answer quotes them, and the trail of the events that
/// quote or quoted them has lost what it held of speakers. (No payload of an event ever had any.) Free texts, such as those of
/// announcements, refer to nobody by id: whoever wrote a name there takes it out.
/// </summary>
internal sealed class ErasePerson(TimeProvider clock) : IEffect<CommunicationsDb, PersonErased>
{
    public async Task HandleAsync(Received<PersonErased> received, CommunicationsDb db, CancellationToken ct)
    {
        var person = received.Event.State.Id;
        await db.LockPersonAsync(person, shared: false, ct);
        if (!await db.ErasedPersons.AnyAsync(erased => erased.Id == person, ct))
            db.Add(new ErasedPerson { Id = person, Version = received.Event.State.Version, ErasedAt = received.OccurredAt });
        await db.HiddenPersons.Where(hidden => hidden.Id == person).ExecuteDeleteAsync(ct);

        var now = clock.GetUtcNow();
        foreach (var told in await db.PublicEvents.Telling(person).ToListAsync(ct))
        {
            if (told.RemoveSpeaker(person))
                db.Append(new EventChanged(told.ToState()), now);
            if (await db.EraseTrailAsync("event", told.Id, now, ct) > 0)
                db.Audit("event", told.Id, told.Version, told.Node, "communications.event-speaker-erased", null, null, now);
            await db.ForgetAnswersAsync(told.Id, ct);
        }
    }
}

internal static class Quotes
{
    /// <summary>The events that have this person among their speakers.</summary>
    public static IQueryable<PublicEvent> Quoting(this DbSet<PublicEvent> events, Guid person)
    {
        var speaker = Speaker(person);
        return events.FromSql($"select * from public_event where speakers @> {speaker}::jsonb");
    }

    /// <summary>Those, and the events that had, as the audit trail knows. It reads all of the log that can be erased.</summary>
    public static IQueryable<PublicEvent> Telling(this DbSet<PublicEvent> events, Guid person)
    {
        var (speaker, id) = (Speaker(person), person.ToString());
        return events.FromSql($"""
            select * from public_event
            where speakers @> {speaker}::jsonb
               or id in (select subject_id from change_log where subject = 'event' and salt is not null and position({id} in payload::text) > 0)
            """);
    }

    private static string Speaker(Guid person) => $$"""[{"personId": "{{person}}"}]""";
}
