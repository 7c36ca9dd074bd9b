using Insp1r.Contracts.Communications;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Communications.Events;

/// <summary>
/// Somebody who spoke in public, by the name under which the event's own publication quotes them. <paramref name="PersonId"/> is the
/// person's id in membership, where they have a record: with it they are found when they ask for their data, or for its end.
/// </summary>
internal sealed record Speaker(string Name, string? Organisation = null, Guid? PersonId = null);

/// <summary>
/// The public record of an event, such as a founding meeting or a launch. Speakers are quoted from public sources and leave this
/// service in its answers only: no event and no feed carries a name.
/// </summary>
internal sealed class PublicEvent : IVersioned
{
    private IReadOnlyList<Speaker> _speakers = [];

    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Node { get; init; }
    public required IReadOnlyDictionary<string, string> Title { get; init; }
    public required string SourceLanguage { get; init; }
    public IReadOnlyDictionary<string, string>? Description { get; init; }
    public string? Place { get; init; }
    public required bool Online { get; init; }
    public required DateOnly StartsOn { get; init; }
    public required DateOnly EndsOn { get; init; }
    public string? Source { get; init; }
    public int? Participants { get; init; }
    public required IReadOnlyList<Speaker> Speakers { get => _speakers; init => _speakers = value; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>What is left says nothing of the person, not even that they spoke for somebody.</summary>
    public void RemoveSpeaker(Guid person)
    {
        _speakers = [.. _speakers.Where(speaker => speaker.PersonId != person)];
        Version++;
    }

    public PublicEventState ToState() => new(Id, Version, Node, Title, SourceLanguage, Place, Online, StartsOn, EndsOn, Participants);
}
