namespace Insp1r.Contracts.Communications;

/// <summary>
/// An announcement of an outcome for one node, as it now is. <paramref name="Status"/> is draft, released or withdrawn. The texts
/// are not part of it: a draft's are nobody's business yet, and a released one is read where it is.
/// </summary>
public sealed record AnnouncementState(Guid Id, int Version, string Node, Guid OutcomeId, IReadOnlyList<string> Languages, string Status);

public interface IAnnouncementEvent : IEvent
{
    AnnouncementState State { get; }

    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => State.Version;
    string IEvent.Node => State.Node;
}

[Event("communications.announcement-drafted.v1", "announcement")]
public sealed record AnnouncementDrafted(AnnouncementState State) : IAnnouncementEvent;

[Event("communications.announcement-changed.v1", "announcement")]
public sealed record AnnouncementChanged(AnnouncementState State) : IAnnouncementEvent;

[Event("communications.announcement-released.v1", "announcement")]
public sealed record AnnouncementReleased(AnnouncementState State) : IAnnouncementEvent;

[Event("communications.announcement-withdrawn.v1", "announcement")]
public sealed record AnnouncementWithdrawn(AnnouncementState State) : IAnnouncementEvent;
