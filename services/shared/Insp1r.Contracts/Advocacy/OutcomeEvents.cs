namespace Insp1r.Contracts.Advocacy;

/// <summary>An organisation's part in an outcome; <paramref name="Node"/> is the path of its network.</summary>
public sealed record ContributionState(Guid OrganisationId, string Node);

/// <summary>
/// An outcome as it now is: a change in a social actor (Outcome Harvesting). <paramref name="Status"/> is draft, submitted or
/// substantiated; texts are keyed by language; a draft may lack the day it occurred on, and its country.
/// </summary>
public sealed record OutcomeState(
    Guid Id,
    int Version,
    string Node,
    IReadOnlyDictionary<string, string> Title,
    string SourceLanguage,
    string? Country,
    DateOnly? OccurredOn,
    string Status,
    IReadOnlyList<ContributionState> Contributions);

public interface IOutcomeEvent : IEvent
{
    OutcomeState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("advocacy.outcome-recorded.v1", "outcome")]
public sealed record OutcomeRecorded(OutcomeState State) : IOutcomeEvent;

[Event("advocacy.outcome-changed.v1", "outcome")]
public sealed record OutcomeChanged(OutcomeState State) : IOutcomeEvent;

[Event("advocacy.outcome-submitted.v1", "outcome")]
public sealed record OutcomeSubmitted(OutcomeState State) : IOutcomeEvent;

/// <summary>Another network confirmed it. <paramref name="SubstantiatedBy"/> is that network's path.</summary>
[Event("advocacy.outcome-substantiated.v1", "outcome")]
public sealed record OutcomeSubstantiated(OutcomeState State, string SubstantiatedBy, DateOnly SubstantiatedOn) : IOutcomeEvent;
