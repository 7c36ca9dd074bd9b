using Insp1r.Membership.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Apps;

/// <summary>
/// A program that people sign in to and that acts for them. It has no secret (RFC 8252: none would stay one), so it proves with PKCE
/// that it is the one that asked, and only its own addresses get an answer.
/// </summary>
internal sealed class App
{
    /// <summary>Names the app in the audit trail; everywhere else its <see cref="ClientId"/> does.</summary>
    public required Guid Id { get; init; }
    public required string ClientId { get; init; }
    public required string Name { get; set; }

    /// <summary>Where its answers go: https, or http on the loopback address for a program on the person's own machine.</summary>
    public required string[] RedirectUris { get; set; }
    public required string[] Scopes { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset? RevokedAt { get; private set; }
    public int Version { get; private set; } = 1;

    public void Change(string name, string[] redirectUris, string[] scopes) => (Name, RedirectUris, Scopes, Version) = (name, redirectUris, scopes, Version + 1);

    public void Revoke(DateTimeOffset at) => (RevokedAt, Version) = (at, Version + 1);

    /// <summary>Compared as texts, as RFC 9700 asks; only the port of a loopback address is the program's to choose (RFC 8252, section 7.3).</summary>
    public bool Takes(string redirectUri) => RedirectUris.Any(known => known == redirectUri || IsSameLoopback(known, redirectUri));

    public static bool IsLoopback(Uri uri) => uri is { Scheme: "http", Host: "127.0.0.1" or "[::1]" };

    private static bool IsSameLoopback(string known, string asked) =>
        Uri.TryCreate(known, UriKind.Absolute, out var a) && Uri.TryCreate(asked, UriKind.Absolute, out var b)
        && IsLoopback(a) && IsLoopback(b) && a.Host == b.Host && a.PathAndQuery == b.PathAndQuery && b.UserInfo.Length == 0 && b.Fragment.Length == 0;
}

/// <summary>What an app gets from the browser and brings back at once for tokens. One minute, one use.</summary>
internal sealed class AuthorizationCode
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    /// <summary>SHA-256 of the code: who reads the database cannot use it.</summary>
    public required byte[] Hash { get; init; }
    public required Guid AccountId { get; init; }
    public required string ClientId { get; init; }
    public required string RedirectUri { get; init; }

    /// <summary>PKCE: the SHA-256 of what only the asking app knows, in base64url.</summary>
    public required string Challenge { get; init; }
    public required string[] Scopes { get; init; }
    public string? Nonce { get; init; }
    public required bool SecondFactor { get; init; }
    public required string? Provider { get; init; }
    public required DateTimeOffset SignedInAt { get; init; }

    /// <summary>The session that the code becomes.</summary>
    public required Guid SessionId { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>What an app gets new access tokens with. Each is used once, for the next: one that comes again was stolen from somebody.</summary>
internal sealed class RefreshToken
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    public required byte[] Hash { get; init; }
    public required Guid SessionId { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; init; }
}

internal sealed class AppMapping : IEntityTypeConfiguration<App>, IEntityTypeConfiguration<AuthorizationCode>, IEntityTypeConfiguration<RefreshToken>
{
    public const string UniqueClientId = "app_pk";

    public void Configure(EntityTypeBuilder<App> app)
    {
        app.ToTable("app");
        app.HasKey(a => a.ClientId).HasName(UniqueClientId);
        app.Property(a => a.Id).HasDefaultValueSql("gen_random_uuid()");
        app.Property(a => a.Version).IsConcurrencyToken();
    }

    public void Configure(EntityTypeBuilder<AuthorizationCode> code)
    {
        code.ToTable("authorization_code");
        code.HasKey(c => c.Hash);
        code.HasIndex(c => c.ExpiresAt);
        code.HasOne<Account>().WithMany().HasForeignKey(c => c.AccountId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<RefreshToken> token)
    {
        token.ToTable("refresh_token");
        token.HasKey(t => t.Hash);
        token.HasIndex(t => t.SessionId);
        token.HasIndex(t => t.ExpiresAt);
        token.HasOne<AccountSession>().WithMany().HasForeignKey(t => t.SessionId).OnDelete(DeleteBehavior.Cascade);
    }
}
