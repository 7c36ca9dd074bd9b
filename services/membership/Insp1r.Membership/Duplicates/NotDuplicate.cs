using Insp1r.Membership.Organisations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Duplicates;

/// <summary>Somebody looked at two records and said that they are two organisations.</summary>
internal sealed class NotDuplicate
{
    public required Guid OlderId { get; init; }
    public required Guid NewerId { get; init; }
    public string? Reason { get; init; }
    public required string SaidBy { get; init; }
    public required DateTimeOffset SaidAt { get; init; }
}

internal sealed class NotDuplicateMapping : IEntityTypeConfiguration<NotDuplicate>
{
    public const string OncePerPair = "pk_not_duplicate";

    public void Configure(EntityTypeBuilder<NotDuplicate> pair)
    {
        pair.ToTable("not_duplicate", table => table.HasCheckConstraint("not_duplicate_order", "older_id < newer_id"));
        pair.HasKey(p => new { p.OlderId, p.NewerId }).HasName(OncePerPair);
        pair.HasOne<MemberOrganisation>().WithMany().HasForeignKey(p => p.OlderId).OnDelete(DeleteBehavior.Restrict);
        pair.HasOne<MemberOrganisation>().WithMany().HasForeignKey(p => p.NewerId).OnDelete(DeleteBehavior.Restrict);
    }
}
