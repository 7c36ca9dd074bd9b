using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.EntityFrameworkCore.Models;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>
/// A code, a refresh token or a pushed request, each good for once: that it was used is in here. Access tokens have no row: services
/// check them by themselves.
/// </summary>
public sealed class SessionToken : OpenIddictEntityFrameworkCoreToken<Guid, Client, AccountSession>;

internal sealed class SessionTokenMapping : IEntityTypeConfiguration<SessionToken>
{
    public const string Session = "AuthorizationId";

    public void Configure(EntityTypeBuilder<SessionToken> token)
    {
        token.ToTable("session_token");
        token.Property(t => t.ConcurrencyToken).IsConcurrencyToken();
        token.HasOne(t => t.Application).WithMany(c => c.Tokens).HasForeignKey("ApplicationId").IsRequired(false).OnDelete(DeleteBehavior.Cascade);
        token.HasOne(t => t.Authorization).WithMany(s => s.Tokens).HasForeignKey(Session).IsRequired(false).OnDelete(DeleteBehavior.Cascade);
        token.HasIndex(t => t.ReferenceId).IsUnique();
        token.HasIndex(t => t.ExpirationDate);
        token.HasIndex(Session);
        token.Ignore(t => t.Properties);
    }
}

/// <summary>What comes again after it was used is in two hands: OpenIddict then asks to revoke all tokens of the session, and the session ends.</summary>
internal sealed class SessionTokenManager(
    IOpenIddictTokenCache<SessionToken> cache,
    ILogger<OpenIddictTokenManager<SessionToken>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictTokenStore<SessionToken> store,
    AppSessions sessions) : OpenIddictTokenManager<SessionToken>(cache, logger, options, store)
{
    public override async ValueTask<long> RevokeByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken = default)
    {
        await sessions.EndAsync(Guid.Parse(identifier), "token-used-twice", cancellationToken);
        return 1;
    }
}
