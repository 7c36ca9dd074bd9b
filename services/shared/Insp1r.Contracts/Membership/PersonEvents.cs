namespace Insp1r.Contracts.Membership;

/// <summary>
/// A person was erased: whoever holds something under this id takes it out. The one event about a person, and it says nothing of them.
/// <paramref name="Id"/> is all that there is to find them by; <paramref name="Node"/> is the path of the node that knew them.
/// </summary>
[Event("membership.person-erased.v1", "person")]
public sealed record PersonErased(Guid Id, int Version, string Node) : IEvent
{
    Guid IEvent.SubjectId => Id;
    int IEvent.SubjectVersion => Version;
}
