using Microsoft.Extensions.Configuration;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// Replaces a service's name in an address by where it runs: <c>services:{name}:{scheme}:0</c>, as Aspire writes it.
/// (Microsoft.Extensions.ServiceDiscovery does more, and is not to be had on every registry.)
/// </summary>
public sealed class ServiceDiscovery(IConfiguration configuration)
{
    public Uri Resolve(Uri address)
    {
        var found = configuration[$"services:{address.Host}:{address.Scheme}:0"];
        return found is null ? address : new Uri(new Uri(found), address.PathAndQuery);
    }
}

internal sealed class ServiceDiscoveryHandler(ServiceDiscovery discovery) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = discovery.Resolve(request.RequestUri!);
        return base.SendAsync(request, cancellationToken);
    }
}
