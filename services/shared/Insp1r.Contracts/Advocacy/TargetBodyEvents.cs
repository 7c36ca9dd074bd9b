namespace Insp1r.Contracts.Advocacy;

/// <summary>A body that demands are made to, as it now is. <paramref name="Node"/> is the path of the network that added it.</summary>
public sealed record TargetBodyState(Guid Id, int Version, string Node, string Code, IReadOnlyDictionary<string, string> Names, string Level, string? Country);

[Event("advocacy.target-body-added.v1", "target-body")]
public sealed record TargetBodyAdded(TargetBodyState State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}
