using Microsoft.AspNetCore.HttpOverrides;

namespace Insp1r.Gateway.Http;

/// <summary>
/// Where a load balancer stands before the gateway, <c>TrustedProxies</c> lists its networks (10.0.0.0/8): only what comes from them
/// may say, in X-Forwarded-For and -Proto, who the client is and that it came over https. By default nobody may.
/// </summary>
internal static class TrustedProxies
{
    public static void AddTrustedProxies(this IServiceCollection services, IConfiguration configuration) =>
        services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in Networks(configuration))
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        });

    public static void UseTrustedProxies(this WebApplication app)
    {
        if (Networks(app.Configuration).Length > 0)
            app.UseForwardedHeaders();
    }

    private static string[] Networks(IConfiguration configuration) => configuration.GetSection("TrustedProxies").Get<string[]>() ?? [];
}
