using Insp1r.Contracts.Membership;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Bodies;

/// <summary>Which part of the votes for and against a decision needs; who abstains counts for the quorum alone.</summary>
internal enum Majority
{
    /// <summary>More for than against.</summary>
    Simple,

    /// <summary>At least two of three.</summary>
    TwoThirds,

    /// <summary>Nobody against.</summary>
    Unanimous,
}

internal enum DecisionResult
{
    Adopted,
    Rejected,
}

/// <summary>What a body decided. Append only: a correction is another decision, which names the one that it stands for.</summary>
internal sealed class BodyDecision
{
    public required Guid Id { get; init; }
    public required Guid BodyId { get; init; }
    public required DateOnly DecidedOn { get; init; }
    public required string Subject { get; init; }
    public required string Text { get; init; }
    public required Majority Majority { get; init; }
    public required int QuorumNeeded { get; init; }
    public required int Present { get; init; }
    public required int VotesFor { get; init; }
    public required int VotesAgainst { get; init; }
    public required int Abstained { get; init; }
    public required DecisionResult Result { get; init; }

    /// <summary>Where the minutes are.</summary>
    public required string? Minutes { get; init; }
    public required IReadOnlyList<DecisionConcern> Concerns { get; init; }
    public required Guid? CorrectsId { get; init; }
    public required string RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    public static DecisionResult ResultOf(Majority majority, int votesFor, int votesAgainst) => votesFor > 0 && majority switch
    {
        Majority.TwoThirds => votesFor >= 2L * votesAgainst,
        Majority.Unanimous => votesAgainst == 0,
        _ => votesFor > votesAgainst,
    } ? DecisionResult.Adopted : DecisionResult.Rejected;

    public DecisionState StateAt(string node) => new(
        Id, 1, BodyId, node, DecidedOn, ServiceDefaults.Http.Words.Of(Majority), QuorumNeeded, Present, VotesFor, VotesAgainst, Abstained, ServiceDefaults.Http.Words.Of(Result), Concerns, CorrectsId);
}

internal sealed class BodyDecisionMapping : IEntityTypeConfiguration<BodyDecision>
{
    public const string CorrectedOnce = "body_decision_corrected_once";

    public void Configure(EntityTypeBuilder<BodyDecision> decision)
    {
        decision.ToTable("body_decision", table => table.HasCheckConstraint(
            "body_decision_votes", "present >= quorum_needed and quorum_needed >= 1 and least(votes_for, votes_against, abstained) >= 0 and votes_for + votes_against + abstained <= present"));
        decision.Property(d => d.Id).ValueGeneratedNever();
        decision.Property(d => d.Majority).IsWord();
        decision.Property(d => d.Result).IsWord();
        decision.Property(d => d.Concerns).IsJson();
        decision.HasIndex(d => new { d.BodyId, d.DecidedOn, d.Id });
        decision.HasIndex(d => d.CorrectsId).IsUnique().HasDatabaseName(CorrectedOnce);
        decision.HasOne<DecisionBody>().WithMany().HasForeignKey(d => d.BodyId).OnDelete(DeleteBehavior.Restrict);
        decision.HasOne<BodyDecision>().WithMany().HasForeignKey(d => d.CorrectsId).OnDelete(DeleteBehavior.Restrict);
    }
}
