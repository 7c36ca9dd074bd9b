namespace Insp1r.Contracts.Membership;

/// <summary>A node of the network as it now is. <paramref name="Level"/> is national, continental or intercontinental.</summary>
public sealed record NodeState(Guid Id, int Version, string Path, string Level, IReadOnlyDictionary<string, string> Names, string? Country);

public interface INodeEvent : IEvent
{
    NodeState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Path;
}

[Event("membership.node-added.v1", "node")]
public sealed record NodeAdded(NodeState State) : INodeEvent;

[Event("membership.node-changed.v1", "node")]
public sealed record NodeChanged(NodeState State) : INodeEvent;
