using Insp1r.Contracts.Membership;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Strength;

/// <summary>
/// How many affiliates an organisation had in a year, as it was said at one time. A correction is a further version with the same id; what was said
/// before stays.
/// </summary>
internal sealed class MemberStrength
{
    private MemberStrength()
    {
    }

    /// <summary>Of the organisation and the year.</summary>
    public Guid Id { get; private init; }
    public int Version { get; private init; }
    public Guid OrganisationId { get; private init; }

    /// <summary>The organisation's own network, whose contributors keep it.</summary>
    public string Node { get; private init; } = "";
    public int Year { get; private init; }
    public int Total { get; private init; }
    public int? Women { get; private init; }
    public int? Men { get; private init; }
    public IReadOnlyDictionary<string, int>? Ages { get; private init; }
    public decimal? InformalShare { get; private init; }
    public string Source { get; private init; } = "";
    public string? SourceUrl { get; private init; }

    /// <summary>Why it was corrected; null in the first version.</summary>
    public string? Reason { get; private init; }
    public string RecordedBy { get; private init; } = "";
    public DateTimeOffset RecordedAt { get; private init; }

    /// <summary>When a correction took its place, or it was withdrawn; null while it counts.</summary>
    public DateTimeOffset? SupersededAt { get; private set; }

    /// <summary>Why it was withdrawn; null where it was not.</summary>
    public string? WithdrawnReason { get; private set; }

    public Headcount Affiliates => new(Year, Total, Source, Women, Men, Ages, InformalShare, SourceUrl);

    public StrengthState State => new(Id, Version, OrganisationId, Node, Affiliates.State);

    public static MemberStrength Record(Guid id, MemberOrganisation organisation, Headcount affiliates, string by, DateTimeOffset at) =>
        Of(id, 1, organisation.Id, organisation.Node, affiliates, null, by, at);

    public MemberStrength Correct(Headcount affiliates, string reason, string by, DateTimeOffset at)
    {
        SupersededAt = at;
        return Of(Id, Version + 1, OrganisationId, Node, affiliates, reason, by, at);
    }

    /// <summary>Ends it without another in its place. What it was goes on as its next version, which has no row.</summary>
    public StrengthState Withdraw(string reason, DateTimeOffset at)
    {
        (SupersededAt, WithdrawnReason) = (at, reason);
        return State with { Version = Version + 1 };
    }

    private static MemberStrength Of(Guid id, int version, Guid organisation, string node, Headcount affiliates, string? reason, string by, DateTimeOffset at) => new()
    {
        Id = id,
        Version = version,
        OrganisationId = organisation,
        Node = node,
        Year = affiliates.Year,
        Total = affiliates.Total,
        Women = affiliates.Women,
        Men = affiliates.Men,
        Ages = affiliates.Ages,
        InformalShare = affiliates.InformalShare,
        Source = affiliates.Source,
        SourceUrl = affiliates.SourceUrl,
        Reason = reason,
        RecordedBy = by,
        RecordedAt = at,
    };
}

internal sealed class MemberStrengthMapping : IEntityTypeConfiguration<MemberStrength>
{
    public const string OneAYear = "member_strength_one_a_year";
    public const string OneAVersion = "pk_member_strength";

    public void Configure(EntityTypeBuilder<MemberStrength> strength)
    {
        strength.ToTable("member_strength", table => table.HasCheckConstraint("member_strength_withdrawn", "withdrawn_reason is null or superseded_at is not null"));
        strength.HasKey(s => new { s.Id, s.Version }).HasName(OneAVersion);
        strength.Ignore(s => s.Affiliates);
        strength.Ignore(s => s.State);
        strength.Property(s => s.Id).ValueGeneratedNever();
        strength.Property(s => s.Version).ValueGeneratedNever();
        strength.Property(s => s.Node).UseCollation("C");
        strength.Property(s => s.Ages).IsJson();
        strength.Property(s => s.InformalShare).HasPrecision(5, 2);
        // Of two corrections at the same moment, one finds it superseded.
        strength.Property(s => s.SupersededAt).IsConcurrencyToken();
        strength.HasIndex(s => new { s.OrganisationId, s.Year }).IsUnique().HasFilter("superseded_at is null").HasDatabaseName(OneAYear);
        strength.HasOne<MemberOrganisation>().WithMany().HasForeignKey(s => s.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}
