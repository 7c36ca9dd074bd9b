namespace Insp1r.Contracts.Communications;

/// <summary>
/// A public event, such as a launch, as it now is. <paramref name="Participants"/> is a number; who spoke is not part of it,
/// because nothing about a person travels.
/// </summary>
public sealed record PublicEventState(
    Guid Id,
    int Version,
    string Node,
    IReadOnlyDictionary<string, string> Title,
    string SourceLanguage,
    string? Place,
    bool Online,
    DateOnly StartsOn,
    DateOnly EndsOn,
    int? Participants);

[Event("communications.event-recorded.v1", "event")]
public sealed record EventRecorded(PublicEventState State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}
