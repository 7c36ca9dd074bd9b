using System.Text.Json;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Merging;

/// <summary>Two records of one organisation became one. Who can tell them apart after all undoes it; the row stays.</summary>
internal sealed class OrganisationMerge
{
    /// <summary>How long a merge can be undone (features.md, M11).</summary>
    public const int UndoDays = 30;

    public required Guid Id { get; init; }

    /// <summary>The record that stands for both.</summary>
    public required Guid SurvivorId { get; init; }
    public required Guid MergedId { get; init; }

    /// <summary>The survivor's.</summary>
    public required string Node { get; init; }
    public required string MergedNode { get; init; }
    public string? Reason { get; init; }
    public required MergeSnapshot Snapshot { get; init; }
    public required DateTimeOffset MergedAt { get; init; }
    public required string MergedBy { get; init; }
    public DateTimeOffset? UndoneAt { get; private set; }
    public string? UndoneBy { get; private set; }

    public DateTimeOffset UndoUntil => MergedAt.AddDays(UndoDays);

    public void Undo(string by, DateTimeOffset at) => (UndoneAt, UndoneBy) = (at, by);
}

/// <summary>
/// What a merge changed, by ids alone; nothing about a person. <paramref name="Before"/> and <paramref name="After"/> are the survivor's content;
/// <paramref name="Redirects"/> the records that had been merged into the one that is merged now.
/// </summary>
internal sealed record MergeSnapshot(
    OrganisationContent Before, OrganisationContent After, string[] ExternalIds, MovedAffiliation[] Affiliations, Guid[] Inherited, Guid[] Roles, Guid[] Redirects,
    Guid[] Comments, Guid[] Documents);

/// <param name="YieldsOn">What it was before the merge.</param>
internal sealed record MovedAffiliation(Guid Id, DateOnly? YieldsOn);

internal sealed class OrganisationMergeMapping : IEntityTypeConfiguration<OrganisationMerge>
{
    public void Configure(EntityTypeBuilder<OrganisationMerge> merge)
    {
        merge.ToTable("organisation_merge");
        merge.Property(m => m.Id).ValueGeneratedNever();
        merge.Property(m => m.Node).UseCollation("C");
        merge.Property(m => m.MergedNode).UseCollation("C");
        merge.Property(m => m.Snapshot).HasColumnType("jsonb").HasConversion(
            snapshot => JsonSerializer.Serialize(snapshot, JsonDefaults.Options), json => JsonSerializer.Deserialize<MergeSnapshot>(json, JsonDefaults.Options)!);
        merge.Ignore(m => m.UndoUntil);
        merge.HasIndex(m => m.SurvivorId);
        merge.HasOne<MemberOrganisation>().WithMany().HasForeignKey(m => m.SurvivorId).OnDelete(DeleteBehavior.Restrict);
        merge.HasOne<MemberOrganisation>().WithMany().HasForeignKey(m => m.MergedId).OnDelete(DeleteBehavior.Restrict);
    }
}
