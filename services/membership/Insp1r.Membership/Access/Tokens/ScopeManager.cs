using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.EntityFrameworkCore.Models;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>There are no scopes but those that <see cref="AuthorizationServer"/> registers: no table has more.</summary>
internal sealed class ScopeManager(
    IOpenIddictScopeCache<OpenIddictEntityFrameworkCoreScope<Guid>> cache,
    ILogger<OpenIddictScopeManager<OpenIddictEntityFrameworkCoreScope<Guid>>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictScopeStore<OpenIddictEntityFrameworkCoreScope<Guid>> store)
    : OpenIddictScopeManager<OpenIddictEntityFrameworkCoreScope<Guid>>(cache, logger, options, store)
{
    public override IAsyncEnumerable<OpenIddictEntityFrameworkCoreScope<Guid>> FindByNamesAsync(ImmutableArray<string> names, CancellationToken cancellationToken = default) =>
        AsyncEnumerable.Empty<OpenIddictEntityFrameworkCoreScope<Guid>>();
}
