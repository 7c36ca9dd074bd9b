namespace Insp1r.Contracts.Membership;

/// <summary>What is left of a person. <paramref name="Node"/> is the path of the node that knew them.</summary>
public sealed record PersonTombstone(Guid Id, int Version, string Node);

/// <summary>A person was erased: whoever holds something under this id takes it out. It is the one event about a person that leaves the platform, and says nothing of them.</summary>
[Event("membership.person-erased.v1", "person")]
public sealed record PersonErased(PersonTombstone State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

/// <summary>Whom it is about, and nothing of them. <paramref name="Node"/> is the path of the node that knows them.</summary>
public sealed record PersonReference(Guid Id, int Version, string Node);

/// <summary>Whether a person may be named. It never leaves the platform: outside, it would say who is at risk.</summary>
public interface IPersonSightEvent : IEvent
{
    PersonReference State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

/// <summary>A person is named to nobody outside their node any more.</summary>
[Event("membership.person-hidden.v1", "person", Internal = true)]
public sealed record PersonHidden(PersonReference State) : IPersonSightEvent;

/// <summary>A person who was hidden may be named again.</summary>
[Event("membership.person-shown.v1", "person", Internal = true)]
public sealed record PersonShown(PersonReference State) : IPersonSightEvent;
