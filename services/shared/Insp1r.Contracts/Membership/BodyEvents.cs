namespace Insp1r.Contracts.Membership;

/// <summary>
/// A body of a node that decides, such as its steering committee. <paramref name="Code"/> is what it is at its node and never changes; <paramref name="From"/>
/// and <paramref name="To"/> are its first and last day. Who sits in it, no event says.
/// </summary>
public sealed record BodyState(Guid Id, int Version, string Node, string Code, IReadOnlyDictionary<string, string> Names, DateOnly From, DateOnly? To);

public interface IBodyEvent : IEvent
{
    BodyState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("membership.body-added.v1", "body")]
public sealed record BodyAdded(BodyState State) : IBodyEvent;

[Event("membership.body-changed.v1", "body")]
public sealed record BodyChanged(BodyState State) : IBodyEvent;

/// <summary>A record that a decision is about. <paramref name="Type"/> is organisation, affiliation or node.</summary>
public sealed record DecisionConcern(string Type, Guid Id);

/// <summary>
/// What a body decided, in numbers: its words may be about persons, and stay with the record. <paramref name="Result"/> is adopted or rejected;
/// <paramref name="CorrectsId"/> the decision that was recorded wrongly and that this one stands for.
/// </summary>
public sealed record DecisionState(
    Guid Id, int Version, Guid BodyId, string Node, DateOnly DecidedOn, string Majority, int QuorumNeeded, int Present, int VotesFor, int VotesAgainst, int Abstained,
    string Result, IReadOnlyList<DecisionConcern> Concerns, Guid? CorrectsId);

/// <summary>A decision was recorded. It is never changed: a correction is another one.</summary>
[Event("membership.decision-recorded.v1", "decision")]
public sealed record DecisionRecorded(DecisionState State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}
