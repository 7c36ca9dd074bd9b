namespace Insp1r.Contracts.Membership;

/// <summary>
/// A member organisation as it now is. <paramref name="Node"/> is the path of its network; <paramref name="Country"/> ISO 3166-1
/// alpha-2; <paramref name="Status"/> applied, admitted, active, suspended, withdrawn, excluded or lapsed, and merged for a record that another stands for; <paramref name="ExternalIds"/> are <c>namespace:value</c>.
/// </summary>
public sealed record OrganisationState(
    Guid Id,
    int Version,
    string Node,
    string Name,
    IReadOnlyDictionary<string, string> Names,
    string? Acronym,
    string Country,
    IReadOnlyList<string> Types,
    string? Website,
    string Status,
    IReadOnlyList<string> ExternalIds);

public interface IOrganisationEvent : IEvent
{
    OrganisationState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("membership.organisation-registered.v1", "organisation")]
public sealed record OrganisationRegistered(OrganisationState State) : IOrganisationEvent;

[Event("membership.organisation-updated.v1", "organisation")]
public sealed record OrganisationUpdated(OrganisationState State) : IOrganisationEvent;

[Event("membership.organisation-suspended.v1", "organisation")]
public sealed record OrganisationSuspended(OrganisationState State) : IOrganisationEvent;

[Event("membership.organisation-reinstated.v1", "organisation")]
public sealed record OrganisationReinstated(OrganisationState State) : IOrganisationEvent;

[Event("membership.organisation-withdrawn.v1", "organisation")]
public sealed record OrganisationWithdrawn(OrganisationState State) : IOrganisationEvent;

/// <summary>
/// It turned out to be a duplicate: the record <paramref name="IntoId"/> stands for it, has its external ids, and answers where this one is asked for. Its status is
/// <c>merged</c> here. Told again where that record was itself merged, with the one that stands now.
/// </summary>
[Event("membership.organisation-merged.v1", "organisation")]
public sealed record OrganisationMerged(OrganisationState State, Guid IntoId) : IOrganisationEvent;

/// <summary>A merge was undone: it is a record of its own again, as its state says.</summary>
[Event("membership.organisation-unmerged.v1", "organisation")]
public sealed record OrganisationUnmerged(OrganisationState State) : IOrganisationEvent;
