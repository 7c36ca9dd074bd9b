using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Insp1r.Gateway.Limits;

/// <summary>Registers the limits: those of the server are in appsettings.json (<c>Kestrel:Limits</c>), in Kestrel's own names.</summary>
internal static class ServerLimits
{
    public static void AddServerLimits(this WebApplicationBuilder builder) =>
        builder.Services.Configure<KestrelServerOptions>(builder.Configuration.GetSection("Kestrel"));

    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Budgets>();
    }
}
