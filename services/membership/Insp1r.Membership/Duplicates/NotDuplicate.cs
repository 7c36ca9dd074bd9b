using Insp1r.Membership.Organisations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Duplicates;

/// <summary>Somebody looked at two records and said that they are two organisations. That is withdrawn where it was wrong, and can be said again.</summary>
internal sealed class NotDuplicate
{
    public required Guid Id { get; init; }
    public required Guid OlderId { get; init; }
    public required Guid NewerId { get; init; }
    public string? Reason { get; init; }
    public required string SaidBy { get; init; }
    public required DateTimeOffset SaidAt { get; init; }
    public DateTimeOffset? WithdrawnAt { get; private set; }

    public void Withdraw(DateTimeOffset at) => WithdrawnAt = at;
}

internal sealed class NotDuplicateMapping : IEntityTypeConfiguration<NotDuplicate>
{
    public void Configure(EntityTypeBuilder<NotDuplicate> pair)
    {
        pair.ToTable("not_duplicate", table => table.HasCheckConstraint("not_duplicate_order", "older_id < newer_id"));
        pair.Property(p => p.Id).ValueGeneratedNever();
        pair.HasIndex(p => new { p.OlderId, p.NewerId }).IsUnique().HasFilter("withdrawn_at is null");
        pair.HasOne<MemberOrganisation>().WithMany().HasForeignKey(p => p.OlderId).OnDelete(DeleteBehavior.Restrict);
        pair.HasOne<MemberOrganisation>().WithMany().HasForeignKey(p => p.NewerId).OnDelete(DeleteBehavior.Restrict);
    }
}
