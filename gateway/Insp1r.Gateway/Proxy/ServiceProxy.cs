using Insp1r.Gateway.Http;
using Insp1r.Gateway.Limits;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Authorization;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Insp1r.Gateway.Proxy;

/// <summary>The routes and clusters of appsettings.json, with what holds for all of them.</summary>
internal static class ServiceProxy
{
    // YARP writes X-Forwarded-* itself and drops what the client sent under those names; these say the same and are not ours to pass on.
    private static readonly string[] ClaimsAboutTheClient = ["Forwarded", "X-Real-IP", "X-Forwarded-Port", "X-Original-For", "X-Original-Host", "X-Original-URL"];

    public static void AddServiceProxy(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IForwarderHttpClientFactory, ServiceClients>();
        services.AddSingleton<Replicas>();
        services.AddSingleton<IActiveHealthCheckPolicy>(provider => provider.GetRequiredService<Replicas>());
        // Clusters name a service (http://membership); each of its addresses (services:membership:http:0, 1 ...) becomes a destination.
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection("ReverseProxy"))
            .AddServiceDiscoveryDestinationResolver().AddConfigFilter<Replicas.Filter>();
    }

    public static void MapServiceProxy(this IEndpointRouteBuilder app) =>
        app.MapReverseProxy(proxy =>
            {
                proxy.UseMiddleware<ForwarderProblems>();
                proxy.UseMiddleware<BodyLimits>();
                proxy.Use(next => context =>
                {
                    foreach (var header in ClaimsAboutTheClient)
                        context.Request.Headers.Remove(header);
                    FirstPiece.Watch(context);
                    return next(context);
                });
                proxy.UseLoadBalancing();
                proxy.UseMiddleware<OtherReplica>();
            })
            .Add(endpoint =>
            {
                // The services know the rule of each endpoint; here a valid token is enough.
                if (!endpoint.Metadata.OfType<IAllowAnonymous>().Any())
                    endpoint.Metadata.Add(AnyCaller.Rule);
                if (endpoint.Metadata.OfType<RouteModel>().Single().Config.Metadata?.ContainsKey("Streamed") == true)
                    endpoint.Metadata.Add(StreamedUpload.Instance);
            });
}
