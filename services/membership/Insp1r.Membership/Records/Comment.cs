using Insp1r.Membership.Organisations;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Records;

/// <summary>
/// A note on an organisation's record, for the readers of its node and in no event. Nobody changes it. Once it is withdrawn its words are gone, here and
/// wherever else they stood; that there was one stays.
/// </summary>
internal sealed class Comment
{
    public const int MaxText = 4_000;

    private Comment()
    {
    }

    public Guid Id { get; private init; }
    public Guid OrganisationId { get; private init; }

    /// <summary>Empty once it is withdrawn.</summary>
    public string Text { get; private set; } = "";

    /// <summary>A client or an account, by id: an erased person leaves no name behind.</summary>
    public string Author { get; private init; } = "";
    public DateTimeOffset RecordedAt { get; private init; }
    public DateTimeOffset? WithdrawnAt { get; private set; }

    public static Comment Of(Guid id, Guid organisationId, string text, string author, DateTimeOffset at) =>
        new() { Id = id, OrganisationId = organisationId, Text = text, Author = author, RecordedAt = at };

    public void Withdraw(DateTimeOffset at) => (Text, WithdrawnAt) = ("", at);
}

internal sealed class CommentMapping : IEntityTypeConfiguration<Comment>
{
    public void Configure(EntityTypeBuilder<Comment> comment)
    {
        comment.ToTable("record_comment", table => table.HasCheckConstraint("record_comment_withdrawn", "withdrawn_at is null or text = ''"));
        comment.Property(c => c.Id).ValueGeneratedNever();
        comment.HasIndex(c => new { c.OrganisationId, c.Id });
        comment.HasIndex(c => c.Author);
        comment.HasOne<MemberOrganisation>().WithMany().HasForeignKey(c => c.OrganisationId).OnDelete(DeleteBehavior.Restrict);
    }
}
