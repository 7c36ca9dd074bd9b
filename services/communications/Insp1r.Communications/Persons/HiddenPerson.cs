using Insp1r.Communications.Data;
using Insp1r.Communications.Events;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Persons;

/// <summary>
/// What membership last said of whether a person may be named. The entry of somebody who is shown again stays: an older event that comes
/// late is known by its version.
/// </summary>
internal sealed class HiddenPerson
{
    public required Guid Id { get; init; }
    public required int Version { get; set; }
    public required bool Hidden { get; set; }
}

internal static class HiddenPersons
{
    /// <summary>Those of the speakers who are hidden now. Asked after the speakers were read: who is hidden in between is among them.</summary>
    public static async Task<IReadOnlyCollection<Guid>> HiddenAmongAsync(this CommunicationsDb db, IEnumerable<Speaker> speakers, CancellationToken ct)
    {
        var persons = speakers.PersonIds();
        return persons.Count == 0 ? [] : await db.HiddenPersons.Where(person => person.Hidden && persons.Contains(person.Id)).Select(person => person.Id).ToHashSetAsync(ct);
    }
}
