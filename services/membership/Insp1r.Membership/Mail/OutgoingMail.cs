using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Mail;

/// <summary>
/// A mail that waits to be sent: written in the transaction of what it is about, and gone once the mail server took it. Links in it
/// are as good as a password for their time.
/// </summary>
internal sealed class OutgoingMail
{
    public required Guid Id { get; init; }
    public required Guid AccountId { get; init; }

    /// <summary>Of the account: whose turn it is.</summary>
    public required string Node { get; init; }
    public required string To { get; init; }
    public required string Subject { get; init; }
    public required string Body { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset NextTryAt { get; init; }
    public int Attempts { get; init; }
}

internal sealed class OutgoingMailMapping : IEntityTypeConfiguration<OutgoingMail>
{
    public void Configure(EntityTypeBuilder<OutgoingMail> mail)
    {
        mail.ToTable("outgoing_mail");
        mail.Property(m => m.Id).ValueGeneratedNever();
        mail.Property(m => m.Node).UseCollation("C");
        mail.HasIndex(m => new { m.Node, m.NextTryAt });
        mail.HasIndex(m => m.AccountId);
    }
}
