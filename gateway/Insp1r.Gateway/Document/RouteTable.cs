using Yarp.ReverseProxy.Configuration;

namespace Insp1r.Gateway.Document;

/// <summary>Which service answers which path, read from the routes and clusters of the proxy.</summary>
internal sealed class RouteTable
{
    private readonly List<(string Service, string Prefix, bool Exact)> _routes;

    public RouteTable(IProxyConfigProvider provider)
    {
        var config = provider.GetConfig();
        var services = config.Clusters.ToDictionary(cluster => cluster.ClusterId, cluster => cluster.Destinations!.Keys.First(), StringComparer.OrdinalIgnoreCase);
        _routes = [.. config.Routes.Select(route =>
        {
            var path = route.Match.Path!;
            var open = path.IndexOf("/{**", StringComparison.Ordinal);
            return (services[route.ClusterId!], open < 0 ? path : path[..open], open < 0);
        })];
        Services = [.. _routes.Select(route => route.Service).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> Services { get; }

    /// <summary>True where a request for this path, as an OpenAPI document writes it, reaches that service.</summary>
    public bool Leads(string service, string path) => _routes.Any(route =>
        route.Service == service && (path == route.Prefix || (!route.Exact && path.StartsWith(route.Prefix + "/", StringComparison.Ordinal))));
}
