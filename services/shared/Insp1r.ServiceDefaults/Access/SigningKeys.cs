using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>The public keys that tokens are checked with. Empty until the first answer of the issuing service.</summary>
public sealed class SigningKeys : IHealthCheck
{
    private volatile IReadOnlyDictionary<string, SecurityKey> _keys = new Dictionary<string, SecurityKey>(StringComparer.Ordinal);

    internal SemaphoreSlim Wanted { get; } = new(0, 1);

    public bool Any => _keys.Count > 0;

    public void Set(IEnumerable<SecurityKey> keys) => _keys = keys.ToDictionary(key => key.KeyId, StringComparer.Ordinal);

    internal IEnumerable<SecurityKey> Find(string? kid)
    {
        if (kid is not null && _keys.TryGetValue(kid, out var key))
            return [key];

        if (Wanted.CurrentCount == 0)
        {
            try
            {
                Wanted.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else asked in between.
            }
        }

        return [];
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Any ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No public keys yet: tokens cannot be checked."));
}

/// <summary>
/// Keeps the keys fresh: once a minute, and soon after a token named an unknown key. The last good answer stays in force
/// while the issuing service is away, so that the others go on answering.
/// </summary>
internal sealed partial class SigningKeysRefresh(
    SigningKeys keys, IHttpClientFactory clients, IOptions<AuthorityOptions> options, TimeProvider clock, ILogger<SigningKeysRefresh> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = Period;
            try
            {
                var json = await clients.CreateClient(AuthorityOptions.Section).GetStringAsync(options.Value.Jwks, stoppingToken);
                keys.Set(new JsonWebKeySet(json).GetSigningKeys());
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (keys.Any)
                    Log.KeptOldKeys(logger, e.Message);
                else
                    pause = TimeSpan.FromMilliseconds(250);
            }

            try
            {
                if (pause > LeastPause)
                {
                    await Task.Delay(LeastPause, clock, stoppingToken);
                    await keys.Wanted.WaitAsync(pause - LeastPause, stoppingToken);
                }
                else
                {
                    await Task.Delay(pause, clock, stoppingToken);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(101, LogLevel.Warning, "The public keys could not be read again ({Reason}); the known ones stay in force")]
        public static partial void KeptOldKeys(ILogger logger, string reason);
    }
}
