using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Testing;

/// <summary>What the endpoints of a service say of who may call them, read from the running service: also of those in no document.</summary>
public static class EndpointRules
{
    /// <summary>Those that say nothing. The service answers them with 403; somebody forgot something all the same.</summary>
    public static IReadOnlyList<string> Without(IServiceProvider services) =>
        [.. Endpoints(services).Where(endpoint => !IsOpen(endpoint) && endpoint.Metadata.GetMetadata<AccessRule>() is null && endpoint.Metadata.GetMetadata<AnyCaller>() is null).Select(Name)];

    /// <summary>Those that anybody may call, in the order of their addresses.</summary>
    public static IReadOnlyList<string> Open(IServiceProvider services) => [.. Endpoints(services).Where(IsOpen).Select(Name).Order(StringComparer.Ordinal)];

    private static IEnumerable<RouteEndpoint> Endpoints(IServiceProvider services) => services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private static bool IsOpen(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private static string Name(RouteEndpoint endpoint) =>
        $"/{endpoint.RoutePattern.RawText!.Trim('/')} {string.Join(',', endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])}".TrimEnd();
}
