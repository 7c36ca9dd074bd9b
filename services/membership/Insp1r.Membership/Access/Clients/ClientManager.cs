using System.Runtime.CompilerServices;
using Insp1r.Membership.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;

namespace Insp1r.Membership.Access.Clients;

/// <summary>
/// What OpenIddict asks about clients, where this platform answers otherwise: a revoked one is none, a secret counts on for a while after
/// its rotation, and addresses are no text to search in.
/// </summary>
internal sealed class ClientManager(
    IOpenIddictApplicationCache<Client> cache,
    ILogger<OpenIddictApplicationManager<Client>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<Client> store,
    MembershipDb db,
    TimeProvider clock) : OpenIddictApplicationManager<Client>(cache, logger, options, store)
{
    public override async ValueTask<Client?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken = default) =>
        await base.FindByClientIdAsync(identifier, cancellationToken) is { RevokedAt: null } client ? client : null;

    public override async IAsyncEnumerable<Client> FindByPostLogoutRedirectUriAsync(string uri, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Apps are few.
        foreach (var app in await db.Clients.Where(c => c.RevokedAt == null && c.SignedOutAddresses.Length > 0).ToListAsync(cancellationToken))
        {
            if (await ValidatePostLogoutRedirectUriAsync(app, uri, cancellationToken))
                yield return app;
        }
    }

    public override ValueTask<bool> ValidateClientSecretAsync(Client application, string secret, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(application.HasSecret(secret, clock.GetUtcNow()));
}
