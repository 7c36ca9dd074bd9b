using Insp1r.ServiceDefaults.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Insp1r.Gateway.Proxy;

/// <summary>Clusters name a service (<c>http://membership</c>); this finds where it runs.</summary>
internal sealed class ServiceDestinations(ServiceDiscovery discovery) : IDestinationResolver
{
    public ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = destinations.ToDictionary(
            destination => destination.Key,
            destination => destination.Value with { Address = discovery.Resolve(new Uri(destination.Value.Address)).ToString() },
            StringComparer.OrdinalIgnoreCase);
        return ValueTask.FromResult(new ResolvedDestinationCollection(resolved, changeToken: null));
    }
}
