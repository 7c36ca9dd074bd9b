namespace Insp1r.Contracts.Membership;

/// <summary>
/// An organisation's membership in a network as it now is. <paramref name="Category"/> is full, associate, strategic-partner or observer;
/// <paramref name="Status"/> applied, admitted, active, suspended, withdrawn, excluded or lapsed; <paramref name="Until"/> the day from which on it is over;
/// <paramref name="ThroughId"/> the federation that an inherited standing comes through.
/// </summary>
public sealed record AffiliationState(
    Guid Id, int Version, Guid OrganisationId, string Node, string Category, string Status, DateOnly Since, DateOnly? Until, Guid? ThroughId, bool MayVote, bool MaySignOn);

public interface IAffiliationEvent : IEvent
{
    AffiliationState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

/// <summary>
/// A membership began. Of a full and active one that an organisation is registered with, <see cref="OrganisationRegistered"/> tells already.
/// </summary>
[Event("membership.affiliation-started.v1", "affiliation")]
public sealed record AffiliationStarted(AffiliationState State) : IAffiliationEvent;

/// <summary>Its status or category changed, or such a change was taken back, or its first day was corrected.</summary>
[Event("membership.affiliation-moved.v1", "affiliation")]
public sealed record AffiliationMoved(AffiliationState State) : IAffiliationEvent;
