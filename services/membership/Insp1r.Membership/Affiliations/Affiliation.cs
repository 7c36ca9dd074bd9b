using Insp1r.Contracts.Membership;
using Insp1r.Membership.Organisations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Affiliations;

/// <summary>
/// An organisation's membership in a network: one continuous period, which its moves divide. It may have several at once, in its own network
/// (its home), in a continental one, as a strategic partner elsewhere. Who was excluded or left and applies again begins a new one.
/// </summary>
internal sealed class Affiliation
{
    private Affiliation()
    {
    }

    public Guid Id { get; private init; }
    public int Version { get; private set; } = 1;
    public Guid OrganisationId { get; private set; }

    /// <summary>The network that it is a member of: its stewards decide.</summary>
    public string Node { get; private init; } = "";

    /// <summary>The federation whose membership this one is part of (inherited standing); null for a direct member.</summary>
    public Guid? ThroughId { get; private set; }

    /// <summary>The first day.</summary>
    public DateOnly Since { get; private set; }

    /// <summary>When the first day was corrected last; what it was before the database keeps. Null where it never was.</summary>
    public DateTimeOffset? SinceCorrectedAt { get; private set; }

    /// <summary>The day from which on it is over; null while it is not.</summary>
    public DateOnly? Until { get; private set; }

    /// <summary>
    /// The day from which on the organisation's own affiliation to this network stands in its place: it came with a duplicate that was merged. Before
    /// that day it counts; it is not changed any more. Null for all others.
    /// </summary>
    public DateOnly? YieldsOn { get; private set; }

    /// <summary>Since when it is this organisation's, through this federation, as far as a merge changed that; what it was before the database keeps.</summary>
    public DateTimeOffset HeldFrom { get; private set; } = DateTimeOffset.MinValue;
    public string FirstCategory { get; private init; } = "";
    public string FirstStatus { get; private init; } = "";

    /// <summary>As of today.</summary>
    public string Category { get; private set; } = "";

    /// <summary>As of today.</summary>
    public string Status { get; private set; } = "";
    public string RecordedBy { get; private init; } = "";
    public DateTimeOffset RecordedAt { get; private init; }

    public AffiliationState State => new(
        Id, Version, OrganisationId, Node, Category, Status, Since, YieldsOn ?? Until, ThroughId, YieldsOn is null && AffiliationCategory.MayVote(Category, Status),
        YieldsOn is null && AffiliationCategory.MaySignOn(Category, Status));

    public static Affiliation Start(
        Guid id, Guid organisation, string node, Guid? through, string category, string status, DateOnly since, string by, DateTimeOffset at) => new()
        {
            Id = id,
            OrganisationId = organisation,
            Node = node,
            ThroughId = through,
            Since = since,
            FirstCategory = category,
            FirstStatus = status,
            Category = category,
            Status = status,
            RecordedBy = by,
            RecordedAt = at,
        };

    /// <summary>Goes with its organisation's record, at a merge or back at its undoing.</summary>
    public void Belong(Guid organisation, DateOnly? yieldsOn, DateTimeOffset at)
    {
        (OrganisationId, YieldsOn, HeldFrom) = (organisation, yieldsOn, at);
        Version++;
    }

    /// <summary>Its federation's record was merged, or is one of its own again.</summary>
    public void StandThrough(Guid federation, DateTimeOffset at)
    {
        (ThroughId, HeldFrom) = (federation, at);
        Version++;
    }

    public void Correct(DateOnly since, DateTimeOffset at)
    {
        (Since, SinceCorrectedAt) = (since, at);
        Version++;
    }

    /// <summary>What it is by now, after a move was recorded or taken back. <paramref name="last"/> is the move that counts, null where none does.</summary>
    public void Follow(AffiliationMove? last)
    {
        (Category, Status) = last is null ? (FirstCategory, FirstStatus) : (last.Category, last.Status);
        Until = AffiliationStatus.IsOver(Status) ? last!.Effective : null;
        Version++;
    }
}

/// <summary>
/// A step in an affiliation's life, or a change of category: what it was from a day on, who decided, and why. Append only; one that was
/// recorded by mistake is taken back, and stays.
/// </summary>
internal sealed class AffiliationMove
{
    public required Guid Id { get; init; }
    public required Guid AffiliationId { get; init; }

    /// <summary>The first day on which it counts.</summary>
    public required DateOnly Effective { get; init; }
    public required string Status { get; init; }
    public required string Category { get; init; }
    public required string Reason { get; init; }

    /// <summary>The body that decided, such as a general assembly.</summary>
    public required string DecidedBy { get; init; }
    public required DateOnly DecidedOn { get; init; }

    /// <summary>The decision of a body that the platform has; null where it was told in words.</summary>
    public Guid? DecisionId { get; init; }

    /// <summary>The end of the federation's membership that this end followed from: taken back, it takes this back as well. Null for what was decided.</summary>
    public Guid? CausedById { get; init; }

    /// <summary>It changes what was answered before, of days that were over when it was recorded.</summary>
    public required bool IsCorrection { get; init; }
    public required string RecordedBy { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; private set; }
    public string? RevokedBy { get; private set; }
    public string? RevokedReason { get; private set; }

    public void Revoke(string by, string reason, DateTimeOffset at) => (RevokedAt, RevokedBy, RevokedReason) = (at, by, reason);
}

/// <summary>The life cycle: applied, admitted, active, suspended, and one of three ends.</summary>
internal static class AffiliationStatus
{
    public const string Applied = "applied";
    public const string Admitted = "admitted";
    public const string Active = "active";
    public const string Suspended = "suspended";
    public const string Withdrawn = "withdrawn";
    public const string Excluded = "excluded";
    public const string Lapsed = "lapsed";

    public static readonly string[] All = [Applied, Admitted, Active, Suspended, Withdrawn, Excluded, Lapsed];

    /// <summary>With which an affiliation may begin.</summary>
    public static readonly string[] First = [Applied, Admitted, Active];

    /// <summary>A member counts from its admission to the end; one that is suspended is still a member.</summary>
    public static readonly string[] Members = [Admitted, Active, Suspended];

    public static bool IsOver(string status) => status is Withdrawn or Excluded or Lapsed;

    public static bool CanMove(string from, string to) => (from, to) is
        (Applied, Admitted or Withdrawn) or (Admitted, Active or Withdrawn or Lapsed)
        or (Active, Suspended or Withdrawn or Excluded or Lapsed) or (Suspended, Active or Withdrawn or Excluded or Lapsed);
}

/// <summary>
/// What kind of member: full members vote and sign on; strategic partners (2019: union federations, women's marches, the solidarity economy),
/// associates and observers take part without a vote.
/// </summary>
internal static class AffiliationCategory
{
    public const string Full = "full";

    public static readonly string[] All = [Full, "associate", "strategic-partner", "observer"];

    public static bool MayVote(string category, string status) => category == Full && status == AffiliationStatus.Active;

    public static bool MaySignOn(string category, string status) => MayVote(category, status);
}

internal sealed class AffiliationMapping : IEntityTypeConfiguration<Affiliation>, IEntityTypeConfiguration<AffiliationMove>
{
    public const string OneAtATime = "affiliation_one_at_a_time";

    public void Configure(EntityTypeBuilder<Affiliation> affiliation)
    {
        affiliation.ToTable("affiliation", table =>
        {
            table.HasCheckConstraint("affiliation_status", "status in ('applied', 'admitted', 'active', 'suspended', 'withdrawn', 'excluded', 'lapsed')");
            table.HasCheckConstraint("affiliation_category", "category in ('full', 'associate', 'strategic-partner', 'observer')");
        });
        affiliation.Ignore(a => a.State);
        affiliation.HasQueryFilter(a => a.YieldsOn == null);
        affiliation.Property(a => a.Id).ValueGeneratedNever();
        affiliation.Property(a => a.Version).IsConcurrencyToken();
        affiliation.Property(a => a.Node).UseCollation("C");
        affiliation.HasIndex(a => new { a.OrganisationId, a.Node }).IsUnique().HasFilter("until is null and yields_on is null").HasDatabaseName(OneAtATime);
        affiliation.HasIndex(a => new { a.OrganisationId, a.Since });
        affiliation.HasIndex(a => new { a.Node, a.Id });
        affiliation.HasIndex(a => a.ThroughId).HasFilter("through_id is not null");
        affiliation.HasOne<MemberOrganisation>().WithMany().HasForeignKey(a => a.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        affiliation.HasOne<MemberOrganisation>().WithMany().HasForeignKey(a => a.ThroughId).OnDelete(DeleteBehavior.Restrict);
    }

    public void Configure(EntityTypeBuilder<AffiliationMove> move)
    {
        move.ToTable("affiliation_move");
        move.Property(m => m.Id).ValueGeneratedNever();
        move.HasIndex(m => new { m.AffiliationId, m.Effective, m.Id });
        move.HasIndex(m => m.CausedById).HasFilter("caused_by_id is not null");
        move.HasOne<AffiliationMove>().WithMany().HasForeignKey(m => m.CausedById).OnDelete(DeleteBehavior.Restrict);
        move.HasOne<Bodies.BodyDecision>().WithMany().HasForeignKey(m => m.DecisionId).OnDelete(DeleteBehavior.Restrict);
        move.HasOne<Affiliation>().WithMany().HasForeignKey(m => m.AffiliationId).OnDelete(DeleteBehavior.Restrict);
    }
}
