using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Access.Tokens;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OpenIddict.EntityFrameworkCore.Models;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// Somebody is signed in: in a browser, or in an app that the person let in. What OpenIddict calls an authorization is the latter: its
/// tokens are good while the session is.
/// </summary>
public sealed class AccountSession : OpenIddictEntityFrameworkCoreAuthorization<Guid, Client, SessionToken>
{
    /// <summary>A browser is signed out after 12 hours, and after one hour without use.</summary>
    public static readonly TimeSpan BrowserLifetime = TimeSpan.FromHours(12);
    public static readonly TimeSpan BrowserIdle = TimeSpan.FromHours(1);

    /// <summary>An app asks anew after 90 days, and after 30 days without use.</summary>
    public static readonly TimeSpan AppLifetime = TimeSpan.FromDays(90);

    public required Guid AccountId { get; init; }

    /// <summary>The app's client id, or null for a browser.</summary>
    public string? App { get; init; }

    /// <summary>What the browser or the app called itself, so that the person knows it again; empty while an app has not brought its code.</summary>
    public string Device { get; set; } = "";

    /// <summary>True where a second factor was shown: without, no grant counts that needs one.</summary>
    public required bool SecondFactor { get; init; }

    /// <summary>The issuer that said who this is; null where it was a password.</summary>
    public required string? Provider { get; init; }

    /// <summary>When the person showed who they are: an app's session may begin later.</summary>
    public required DateTimeOffset SignedInAt { get; init; }

    /// <summary>What the person let the app do; empty for a browser.</summary>
    public string[] AllowedScopes { get; init; } = [];
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset LastUsedAt { get; set; }
    public required DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? EndedAt { get; private set; }
    public string? EndedBecause { get; private set; }

    public bool IsAlive(DateTimeOffset now) => EndedAt is null && now < ExpiresAt && (App is not null || now < LastUsedAt + BrowserIdle);

    public override string? Status => EndedAt is null ? Statuses.Valid : Statuses.Revoked;
    public override string? Subject => AccountId.ToString();
    public override string? Type => AuthorizationTypes.Permanent;

    /// <summary>The app brought its code.</summary>
    public void Begin(string device, DateTimeOffset at)
    {
        if (Device.Length == 0)
            (Device, ExpiresAt) = (device, at + AppLifetime);
    }

    public void End(DateTimeOffset at, string because)
    {
        EndedAt ??= at;
        EndedBecause ??= because;
    }
}

internal sealed class AccountSessionMapping : IEntityTypeConfiguration<AccountSession>
{
    public void Configure(EntityTypeBuilder<AccountSession> session)
    {
        session.ToTable("account_session");
        session.Property(s => s.Id).ValueGeneratedNever();
        session.Property(s => s.AllowedScopes).HasColumnName("scopes");
        session.HasOne(s => s.Application).WithMany(c => c.Authorizations).HasForeignKey(s => s.App).HasPrincipalKey(c => c.ClientId).OnDelete(DeleteBehavior.Cascade);
        foreach (var derived in (string[])
            [
                nameof(AccountSession.ConcurrencyToken), nameof(AccountSession.CreationDate), nameof(AccountSession.Properties), nameof(AccountSession.Scopes),
                nameof(AccountSession.Status), nameof(AccountSession.Subject), nameof(AccountSession.Type),
            ])
            session.Ignore(derived);
        session.HasIndex(s => s.AccountId).HasFilter("ended_at is null");
        session.HasIndex(s => s.App).HasFilter("ended_at is null and app is not null");
        session.HasIndex(s => s.ExpiresAt);
        session.HasOne<Account>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
    }
}
