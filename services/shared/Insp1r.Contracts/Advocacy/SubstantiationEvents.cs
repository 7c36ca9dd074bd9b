namespace Insp1r.Contracts.Advocacy;

/// <summary>What a network said of another's outcome: agree, partly, disagree or cannot-tell. It never changes.</summary>
public sealed record VerdictState(Guid Id, Guid OutcomeId, string Node, string Verdict, DateOnly GivenOn);

[Event("advocacy.verdict-given.v1", "verdict")]
public sealed record VerdictGiven(VerdictState State) : IEvent
{
    Guid IEvent.SubjectId => State.Id;
    int IEvent.SubjectVersion => 1;
    string IEvent.Node => State.Node;
}
