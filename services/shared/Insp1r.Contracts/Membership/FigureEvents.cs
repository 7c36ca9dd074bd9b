namespace Insp1r.Contracts.Membership;

/// <summary>
/// What a source says of a network. <paramref name="Qualifier"/> is exactly, about, almost or more-than; <paramref name="AsOf"/> the first day of the
/// <paramref name="Precision"/> (day, month or year) that it is said of; <paramref name="Corrects"/> the figure that it takes the place of.
/// </summary>
public sealed record FigureState(
    Guid Id, string Node, string Measure, long Value, string Qualifier, string Wording, DateOnly AsOf, string Precision, string Source, string? SourceUrl, Guid? Corrects);

/// <summary>A figure is never changed: a correction is one of its own.</summary>
[Event("membership.figure-recorded.v1", "figure")]
public sealed record FigureRecorded(FigureState State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => 1;
    string IEvent.Node => State.Node;
}

/// <summary>It was recorded by mistake: neither it nor a figure that it corrected is said any more.</summary>
[Event("membership.figure-withdrawn.v1", "figure")]
public sealed record FigureWithdrawn(FigureState State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => 2;
    string IEvent.Node => State.Node;
}
