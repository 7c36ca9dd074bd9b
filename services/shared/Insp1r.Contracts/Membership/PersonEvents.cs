namespace Insp1r.Contracts.Membership;

/// <summary>What is left of a person. <paramref name="Node"/> is the path of the node that knew them.</summary>
public sealed record PersonTombstone(Guid Id, int Version, string Node);

/// <summary>A person was erased: whoever holds something under this id takes it out. It is the one event about a person, and says nothing of them.</summary>
[Event("membership.person-erased.v1", "person")]
public sealed record PersonErased(PersonTombstone State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}
