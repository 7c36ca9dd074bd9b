using Insp1r.Membership.Nodes;
using Insp1r.Membership.Organisations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Records;

/// <summary>
/// A note on a record, for the readers of its node and in no event. Nobody changes it. Once it is withdrawn its words are gone, here and
/// wherever else they stood; that there was one stays.
/// </summary>
internal sealed class Comment
{
    public const int MaxText = 4_000;

    private Comment()
    {
    }

    public Guid Id { get; private init; }

    /// <summary>Raised where it is withdrawn, and where it goes with its organisation's record at a merge.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>The organisation that it is about; null for a network.</summary>
    public Guid? OrganisationId { get; private set; }

    /// <summary>The network that it is about; null for an organisation.</summary>
    public Guid? NodeId { get; private init; }

    /// <summary>Empty once it is withdrawn.</summary>
    public string Text { get; private set; } = "";

    /// <summary>A client or an account, by id: an erased person leaves no name behind.</summary>
    public string Author { get; private init; } = "";
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset? WithdrawnAt { get; private set; }

    /// <summary>What the trail tells of it.</summary>
    public object About => new { OrganisationId, NodeId };

    public static Comment Of(Guid id, Record record, string text, string author, DateTimeOffset at) =>
        new() { Id = id, OrganisationId = record.OrganisationId, NodeId = record.NodeId, Text = text, Author = author, RecordedAt = at };

    public void Withdraw(DateTimeOffset at)
    {
        (Text, WithdrawnAt) = ("", at);
        Version++;
    }

    /// <summary>Goes with its organisation's record, at a merge or back at its undoing.</summary>
    public void Belong(Guid organisation)
    {
        OrganisationId = organisation;
        Version++;
    }
}

internal sealed class CommentMapping : IEntityTypeConfiguration<Comment>
{
    public void Configure(EntityTypeBuilder<Comment> comment)
    {
        comment.ToTable("record_comment", table =>
        {
            table.HasCheckConstraint("record_comment_of_one", "num_nonnulls(organisation_id, node_id) = 1");
            table.HasCheckConstraint("record_comment_withdrawn", "withdrawn_at is null or text = ''");
        });
        comment.Ignore(c => c.About);
        comment.Property(c => c.Id).ValueGeneratedNever();
        comment.HasIndex(c => new { c.OrganisationId, c.Id });
        comment.HasIndex(c => new { c.NodeId, c.Id });
        comment.HasIndex(c => c.Author);
        comment.HasOne<MemberOrganisation>().WithMany().HasForeignKey(c => c.OrganisationId).OnDelete(DeleteBehavior.Restrict);
        comment.HasOne<NetworkNode>().WithMany().HasForeignKey(c => c.NodeId).OnDelete(DeleteBehavior.Restrict);
    }
}
