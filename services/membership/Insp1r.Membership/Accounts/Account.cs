using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// A person's way in: an address, a password that nobody else ever knew, and a second factor. Name and the rest are the
/// <see cref="PersonId">person</see>'s.
/// </summary>
public sealed class Account : IdentityUser<Guid>
{
    public required Guid PersonId { get; init; }

    /// <summary>The person's node, which never changes. Its stewards keep the account.</summary>
    public required string Node { get; init; }

    /// <summary>Of mails and pages: en, fr or es.</summary>
    public required string Language { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who invited the person: a client or an account.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Null until the invitation is taken up.</summary>
    public DateTimeOffset? ActivatedAt { get; set; }

    /// <summary>When the first invitation was last sent; null for good once somebody took it up, or it was closed.</summary>
    public DateTimeOffset? InvitedAt { get; private set; }
    public DateTimeOffset? ResetSentAt { get; set; }
    public DateTimeOffset? ClosedAt { get; private set; }

    /// <summary>Since when the mail server refuses mails to this address for good; null while it takes them.</summary>
    public DateTimeOffset? UndeliverableSince { get; private set; }
    public int Version { get; private set; } = 1;

    /// <summary>Raised by whatever makes tokens that are out worth less than they say.</summary>
    public int AccessVersion { get; private set; } = 1;
    public DateTimeOffset? AccessChangedAt { get; private set; }

    /// <summary>The time step of the last one-time code that was taken: no code is taken twice (RFC 6238, section 5.2).</summary>
    public long LastTimeStep { get; set; }

    public bool IsOpen => ClosedAt is null;

    public static Account Open(Guid id, Guid personId, string node, string email, string language, string createdBy, DateTimeOffset at) => new()
    {
        Id = id,
        PersonId = personId,
        Node = node,
        Email = email,
        NormalizedEmail = Normalize(email),
        Language = language,
        CreatedAt = at,
        CreatedBy = createdBy,
        InvitedAt = at,
        LockoutEnabled = true,
        SecurityStamp = NewStamp(),
    };

    /// <summary>To the address that the person has by now.</summary>
    public void InviteAgain(string email, DateTimeOffset at)
    {
        ChangeAddress(email);
        if (InvitedAt is not null)
            InvitedAt = at;
    }

    public void TakeUp(DateTimeOffset at)
    {
        ActivatedAt ??= at;
        InvitedAt = null;
    }

    /// <summary>Tokens that are out are worth no more than what the account may do now.</summary>
    public void ChangeAccess(DateTimeOffset at)
    {
        AccessVersion++;
        AccessChangedAt = at;
        Version++;
    }

    public void Close(DateTimeOffset at)
    {
        (ClosedAt, InvitedAt, PasswordHash) = (at, null, null);
        SecurityStamp = NewStamp();
        ChangeAccess(at);
    }

    /// <summary>Somebody comes back: the account is theirs again, with nothing of before but its id.</summary>
    public void Reopen(string email, string language, DateTimeOffset at)
    {
        if (IsOpen)
            throw new InvalidOperationException("The account is open.");
        ChangeAddress(email);
        Language = language;
        (ClosedAt, ActivatedAt, TwoFactorEnabled, EmailConfirmed) = (null, null, false, false);
        SecurityStamp = NewStamp();
        ChangeAccess(at);
    }

    /// <summary>Leaves that there was one, and nothing to tell whose.</summary>
    public void Erase(DateTimeOffset at)
    {
        if (IsOpen)
            Close(at);
        (Email, NormalizedEmail, UndeliverableSince, PasswordHash, Language) = (null, null, null, null, "en");
    }

    /// <summary>Makes every link worthless that was mailed before.</summary>
    public void Restamp() => SecurityStamp = NewStamp();

    public static string Normalize(string email) => email.Trim().Normalize().ToUpperInvariant();

    private void ChangeAddress(string email)
    {
        if (email != Email)
            UndeliverableSince = null;
        (Email, NormalizedEmail) = (email, Normalize(email));
    }

    private static string NewStamp() => Guid.NewGuid().ToString("N");
}

internal sealed class AccountMapping :
    IEntityTypeConfiguration<Account>, IEntityTypeConfiguration<IdentityUserLogin<Guid>>, IEntityTypeConfiguration<IdentityUserToken<Guid>>
{
    public const string UniqueEmail = "account_email";

    public void Configure(EntityTypeBuilder<Account> account)
    {
        account.ToTable("account");
        account.Property(a => a.Id).ValueGeneratedNever();
        // PostgreSQL's own mark of the row's last change: Identity's stamp only moves where Identity saves.
        account.Property<uint>("xmin").IsRowVersion();
        account.Ignore(a => a.ConcurrencyStamp);
        account.Property(a => a.Node).UseCollation("C");
        account.Ignore(a => a.UserName).Ignore(a => a.NormalizedUserName).Ignore(a => a.PhoneNumber).Ignore(a => a.PhoneNumberConfirmed);
        // A closed account signs nobody in: its address is free for who begins anew in another network.
        account.HasIndex(a => a.NormalizedEmail).IsUnique().HasFilter("closed_at is null").HasDatabaseName(UniqueEmail);
        account.HasIndex(a => a.PersonId).IsUnique().HasDatabaseName("account_person");
        account.HasIndex(a => new { a.Node, a.Id });
        account.HasIndex(a => a.AccessChangedAt).HasFilter("access_changed_at is not null");
    }

    /// <summary>Who the account is at another OpenID Connect provider.</summary>
    public void Configure(EntityTypeBuilder<IdentityUserLogin<Guid>> login)
    {
        login.ToTable("account_login");
        login.HasKey(l => new { l.LoginProvider, l.ProviderKey });
        login.HasIndex(l => l.UserId);
        login.HasOne<Account>().WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    /// <summary>The key of the one-time codes, and the recovery codes.</summary>
    public void Configure(EntityTypeBuilder<IdentityUserToken<Guid>> token)
    {
        token.ToTable("account_token");
        token.HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        token.HasOne<Account>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
