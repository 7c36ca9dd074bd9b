using Insp1r.Contracts.Membership;

namespace Insp1r.Membership.Bodies;

/// <summary>
/// A decision. <c>result</c> is what the votes make of it by <c>majority</c> (simple, two-thirds or unanimous, of those for and against);
/// <c>minutes</c> is where they are; <c>correctedById</c> is the decision that stands for this one, which was recorded wrongly.
/// </summary>
internal sealed record DecisionResponse(
    Guid Id, Guid BodyId, string Node, string Body, DateOnly DecidedOn, string Subject, string Text, Majority Majority, int QuorumNeeded, int Present, int VotesFor, int VotesAgainst,
    int Abstained, DecisionResult Result, string? Minutes, IReadOnlyList<DecisionConcern> Concerns, Guid? CorrectsId, Guid? CorrectedById, string RecordedBy, DateTimeOffset RecordedAt)
{
    public static DecisionResponse Of(BodyDecision d, DecisionBody body, Guid? correctedBy) => new(
        d.Id, d.BodyId, body.Node, body.Code, d.DecidedOn, d.Subject, d.Text, d.Majority, d.QuorumNeeded, d.Present, d.VotesFor, d.VotesAgainst,
        d.Abstained, d.Result, d.Minutes, d.Concerns, d.CorrectsId, correctedBy, d.RecordedBy, d.RecordedAt);
}
