namespace Insp1r.Contracts.Advocacy;

/// <summary>
/// A demand as it now is: what the network asks of whom. <paramref name="TargetBodies"/> are their codes, such as ILO;
/// <paramref name="Status"/> is draft, active or closed; <paramref name="SdgTargets"/> such as 1.3; titles are keyed by language.
/// </summary>
public sealed record DemandState(
    Guid Id,
    int Version,
    string Node,
    Guid? CampaignId,
    IReadOnlyDictionary<string, string> Title,
    string SourceLanguage,
    IReadOnlyList<string> TargetBodies,
    IReadOnlyList<string> SdgTargets,
    IReadOnlyList<string> Instruments,
    IReadOnlyList<string> Branches,
    string Status);

public interface IDemandEvent : IEvent
{
    DemandState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("advocacy.demand-recorded.v1", "demand")]
public sealed record DemandRecorded(DemandState State) : IDemandEvent;

[Event("advocacy.demand-changed.v1", "demand")]
public sealed record DemandChanged(DemandState State) : IDemandEvent;

[Event("advocacy.demand-activated.v1", "demand")]
public sealed record DemandActivated(DemandState State) : IDemandEvent;

[Event("advocacy.demand-closed.v1", "demand")]
public sealed record DemandClosed(DemandState State) : IDemandEvent;
