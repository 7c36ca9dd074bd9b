using Insp1r.Communications.Data;
using Insp1r.Communications.Persons;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Events;

internal static class SpeakerRules
{
    /// <summary>The persons of whom there is a record, each once.</summary>
    public static List<Guid> PersonIds(this IEnumerable<Speaker> speakers) => [.. speakers.Select(speaker => speaker.PersonId).OfType<Guid>().Distinct()];

    /// <summary>
    /// Waits for what is under way of these persons, to the end of the transaction: an erasure or a hiding either finds what is written now,
    /// or is found by it.
    /// </summary>
    public static async Task LockSpeakersAsync(this CommunicationsDb db, IEnumerable<Speaker> speakers, CancellationToken ct)
    {
        foreach (var person in speakers.PersonIds().Order())
            await db.LockPersonAsync(person, shared: true, ct);
    }

    /// <summary>Names the speakers who may not be quoted; their locks are held.</summary>
    public static async Task CheckSpeakersAsync(this FieldErrors errors, IReadOnlyList<Speaker> speakers, CommunicationsDb db, CancellationToken ct)
    {
        var persons = speakers.PersonIds();
        if (persons.Count == 0)
            return;

        var erased = await db.ErasedPersons.Where(person => persons.Contains(person.Id)).Select(person => person.Id).ToListAsync(ct);
        var hidden = await db.HiddenAmongAsync(speakers, ct);
        for (var i = 0; i < speakers.Count; i++)
        {
            if (speakers[i].PersonId is not { } person)
                continue;
            if (erased.Contains(person))
                errors.Add($"/speakers/{i}/personId", "erased", "This person was erased; quote nobody under this id.");
            else if (hidden.Contains(person))
                errors.Add($"/speakers/{i}/personId", "hidden-person", "This person is not to be named at present: leave the speaker out, with and without the id.");
        }
    }
}
