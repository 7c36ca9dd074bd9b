using System.Net;
using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>Gives every endpoint of the model its one address, and every replica the addresses that it listens on itself.</summary>
internal static class EndpointAllocation
{
    private const string Loopback = "127.0.0.1";

    public static void Allocate(IEnumerable<IResource> resources, PortBook ports)
    {
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                if (endpoint.Port is { } wanted && !PortBook.IsFree(wanted))
                {
                    throw new PlatformException(
                        $"Port {wanted}, which {resource.Name} listens on, is taken by another program{PortHolder.Describe(wanted)}. "
                        + "Stop that program, or choose another port: INSP1R_PORT=8081 ./insp1r up");
                }

                var port = endpoint.Port ?? ports.Get($"{resource.Name}/{endpoint.Name}");
                endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint.UriScheme, Loopback, port);
            }
        }
    }

    /// <summary>One replica listens on the endpoint's own address; several listen beside it, behind a proxy.</summary>
    public static IReadOnlyList<Replica> ReplicasOf(IResource resource, PortBook ports)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        var count = resource.Annotations.OfType<ReplicaAnnotation>().LastOrDefault()?.Replicas ?? 1;
        if (count == 1)
            return [new Replica(resource.Name, endpoints.ToDictionary(e => e.Name, e => e.AllocatedEndpoint!))];

        return [.. Enumerable.Range(1, count).Select(number => $"{resource.Name}-{number}").Select(name => new Replica(
            name, endpoints.ToDictionary(e => e.Name, e => new AllocatedEndpoint(e.UriScheme, Loopback, ports.Get($"{name}/{e.Name}")))))];
    }

    public static IEnumerable<ReplicaProxy> ProxiesOf(IResource resource, IReadOnlyList<Replica> replicas, Func<string, bool> isUp) =>
        from endpoint in resource.Annotations.OfType<EndpointAnnotation>()
        select new ReplicaProxy(
            AddressOf(endpoint.AllocatedEndpoint!),
            [.. replicas.Select(r => new ReplicaProxy.Backend(AddressOf(r.Endpoints[endpoint.Name]), () => isUp(r.Name)))]);

    public static string? AddressOf(IResource resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault()?.AllocatedEndpoint?.UriString;

    /// <summary>How users call an external endpoint; null for whatever only other resources reach.</summary>
    public static string? DisplayTextOf(IResource resource)
    {
        var external = resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.IsExternal);
        if (external is null)
            return null;

        var url = new ResourceUrlAnnotation { Url = external.AllocatedEndpoint!.UriString };
        foreach (var annotation in resource.Annotations.OfType<UrlForEndpointAnnotation>().Where(a => a.EndpointName == external.Name))
            annotation.Callback(url);
        return url.DisplayText ?? resource.Name;
    }

    private static IPEndPoint AddressOf(AllocatedEndpoint endpoint) => new(IPAddress.Parse(endpoint.Address), endpoint.Port);
}
