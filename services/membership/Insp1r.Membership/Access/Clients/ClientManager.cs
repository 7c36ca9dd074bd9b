using OpenIddict.Abstractions;
using OpenIddict.Core;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Access.Clients;

/// <summary>What OpenIddict asks about clients, where this platform answers otherwise: a revoked one is none, and a secret counts on for a while after its rotation.</summary>
internal sealed class ClientManager(
    IOpenIddictApplicationCache<Client> cache,
    ILogger<OpenIddictApplicationManager<Client>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictApplicationStore<Client> store,
    TimeProvider clock) : OpenIddictApplicationManager<Client>(cache, logger, options, store)
{
    public override async ValueTask<Client?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken = default) =>
        await base.FindByClientIdAsync(identifier, cancellationToken) is { RevokedAt: null } client ? client : null;

    public override ValueTask<bool> ValidateClientSecretAsync(Client application, string secret, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(application.HasSecret(secret, clock.GetUtcNow()));
}
