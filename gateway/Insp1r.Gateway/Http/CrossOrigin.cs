using System.Collections.Frozen;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace Insp1r.Gateway.Http;

/// <summary>
/// Lets pages of other origins call the API from a browser: those that a registered app names, and those listed in <c>Cors:Origins</c>.
/// Credentials (cookies) are never allowed; a token is sent in a header.
/// </summary>
internal static class CrossOrigin
{
    private static readonly string[] ReadableHeaders = ["ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate"];

    public static void AddCrossOriginRules(this IServiceCollection services)
    {
        services.AddSingleton<AllowedOrigins>();
        services.AddHostedService<AllowedOriginsRefresh>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<AllowedOrigins>((cors, origins) => cors.AddDefaultPolicy(policy => policy
            .SetIsOriginAllowed(origins.Contains)
            .WithMethods("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
            .AllowAnyHeader()
            .WithExposedHeaders(ReadableHeaders)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
    }
}

/// <summary>From where pages may call, as far as this gateway has heard.</summary>
internal sealed class AllowedOrigins(IConfiguration configuration)
{
    private readonly FrozenSet<string> _listed = (configuration.GetSection("Cors:Origins").Get<string[]>() ?? []).ToFrozenSet(StringComparer.Ordinal);
    private volatile FrozenSet<string> _ofApps = FrozenSet<string>.Empty;

    public bool Contains(string origin) => _ofApps.Contains(origin) || _listed.Contains(origin);

    public void Set(IEnumerable<string> ofApps) => _ofApps = ofApps.ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>
/// Asks membership every 15 seconds, so that an app that was registered works within a minute. While membership is away the last answer
/// stays in force.
/// </summary>
internal sealed partial class AllowedOriginsRefresh(AllowedOrigins origins, IHttpClientFactory clients, TimeProvider clock, ILogger<AllowedOriginsRefresh> logger) : BackgroundService
{
    private const string Address = "http://membership" + AppOrigins.Path;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WithdrawnAccess.Period, clock);
        try
        {
            do
            {
                try
                {
                    origins.Set((await clients.CreateClient(AuthorityOptions.Section).GetFromJsonAsync<string[]>(Address, stoppingToken))!);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.KeptOldAnswer(logger, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(104, LogLevel.Debug, "The origins of apps could not be read ({Reason}); what is known stays in force")]
        public static partial void KeptOldAnswer(ILogger logger, string reason);
    }
}
