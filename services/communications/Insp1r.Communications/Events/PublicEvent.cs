using Insp1r.Contracts.Communications;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Communications.Events;

/// <summary>Somebody who spoke in public, by the name under which the event's own publication quotes them.</summary>
internal sealed record Speaker(string Name, string? Organisation = null);

/// <summary>
/// The public record of an event, such as a founding meeting or a launch. Speakers are quoted from public sources and leave this
/// service in its answers only: no event and no feed carries a name.
/// </summary>
internal sealed class PublicEvent : IVersioned
{
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
    public required IReadOnlyList<Speaker> Speakers { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    public PublicEventState ToState() => new(Id, Version, Node, Title, SourceLanguage, Place, Online, StartsOn, EndsOn, Participants);
}
