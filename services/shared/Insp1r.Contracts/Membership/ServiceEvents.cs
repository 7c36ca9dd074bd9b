namespace Insp1r.Contracts.Membership;

/// <summary>
/// How many people in a year. <paramref name="Ages"/> is by the bands 0-14, 15-24, 25-54, 55-64 and 65-plus; <paramref name="InformalShare"/> the
/// share of workers in the informal economy, in percent. What is not known is null or left out; <paramref name="Source"/> says who counted.
/// </summary>
public sealed record HeadcountState(
    int Year, int Total, int? Women, int? Men, IReadOnlyDictionary<string, int> Ages, decimal? InformalShare, string Source, string? SourceUrl);

/// <summary>
/// What a member organisation offers, as it now is. <paramref name="Node"/> is the path of the organisation's own network; <paramref name="Branches"/> are of
/// the nine of ILO C102; <paramref name="Countries"/> ISO 3166-1 alpha-2; <paramref name="From"/> the first and <paramref name="To"/> the last day, where known.
/// </summary>
public sealed record ServiceState(
    Guid Id,
    int Version,
    Guid OrganisationId,
    string Node,
    string Kind,
    string? OtherKind,
    IReadOnlyList<string> Branches,
    IReadOnlyList<string> TargetGroups,
    IReadOnlyList<string> Countries,
    IReadOnlyDictionary<string, string> Description,
    DateOnly? From,
    DateOnly? To,
    string? Source,
    string? SourceUrl,
    IReadOnlyList<HeadcountState> Reach);

public interface IServiceEvent : IEvent
{
    ServiceState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("membership.organisation-service-recorded.v1", "organisation-service")]
public sealed record ServiceRecorded(ServiceState State) : IServiceEvent;

[Event("membership.organisation-service-changed.v1", "organisation-service")]
public sealed record ServiceChanged(ServiceState State) : IServiceEvent;

/// <summary>It was recorded by mistake and was never offered. The state is what was said last.</summary>
[Event("membership.organisation-service-withdrawn.v1", "organisation-service")]
public sealed record ServiceWithdrawn(ServiceState State) : IServiceEvent;
