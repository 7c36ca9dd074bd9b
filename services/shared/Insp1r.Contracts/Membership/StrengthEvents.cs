namespace Insp1r.Contracts.Membership;

/// <summary>
/// How many affiliates an organisation had in a year, as it now stands. <paramref name="Id"/> is of the organisation and that year: a correction is its next
/// version.
/// </summary>
public sealed record StrengthState(Guid Id, int Version, Guid OrganisationId, string Node, HeadcountState Affiliates);

public interface IStrengthEvent : IEvent
{
    StrengthState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("membership.organisation-strength-recorded.v1", "organisation-strength")]
public sealed record StrengthRecorded(StrengthState State) : IStrengthEvent;

/// <summary>What was recorded before was wrong, or has become known better.</summary>
[Event("membership.organisation-strength-corrected.v1", "organisation-strength")]
public sealed record StrengthCorrected(StrengthState State) : IStrengthEvent;

/// <summary>It was recorded by mistake: of this year there is no number with this id any more. The state is what was said last.</summary>
[Event("membership.organisation-strength-withdrawn.v1", "organisation-strength")]
public sealed record StrengthWithdrawn(StrengthState State) : IStrengthEvent;
