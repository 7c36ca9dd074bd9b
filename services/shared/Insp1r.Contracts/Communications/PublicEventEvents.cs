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

public interface IPublicEventEvent : IEvent
{
    PublicEventState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("communications.event-recorded.v1", "event")]
public sealed record EventRecorded(PublicEventState State) : IPublicEventEvent;

/// <summary>Its record changed: what was read of it before is out of date, also where the state here is the same.</summary>
[Event("communications.event-changed.v1", "event")]
public sealed record EventChanged(PublicEventState State) : IPublicEventEvent;
