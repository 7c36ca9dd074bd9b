using System.Collections.Frozen;
using System.Net.Http.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>
/// Whose tokens are worth less than they say. Each change of somebody's grants raises the version of their access; a token of an
/// older version is refused from the moment this service knows, though it has not expired. Only changes that are younger than any
/// living token are in here, so it stays small.
/// </summary>
public sealed class WithdrawnAccess
{
    /// <summary>Where the issuing service tells it to the others. No route of the gateway leads there.</summary>
    public const string Path = "/access/withdrawn";

    /// <summary>How often it is read again. What a replica of the issuing service hears that late, the others hear once more that late.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    private volatile FrozenDictionary<string, int> _least = FrozenDictionary<string, int>.Empty;

    /// <param name="least">By subject (a client or an account), the least version of its access that is still believed.</param>
    public void Set(IReadOnlyDictionary<string, int> least) => _least = least.ToFrozenDictionary(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> Least => _least;

    /// <summary>True where a token of this subject and version is not to be believed.</summary>
    public bool Covers(string subject, int accessVersion) => _least.TryGetValue(subject, out var least) && accessVersion < least;
}

/// <summary>
/// Asks the issuing service every 15 seconds, so that a grant that ended stops working everywhere within a minute. While that
/// service is away the last answer stays in force: nobody can end a grant then either.
/// </summary>
internal sealed partial class WithdrawnAccessRefresh(
    WithdrawnAccess withdrawn, IHttpClientFactory clients, IOptions<AuthorityOptions> authority, TimeProvider clock, ILogger<WithdrawnAccessRefresh> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WithdrawnAccess.Period, clock);
        try
        {
            do
            {
                try
                {
                    var least = await clients.CreateClient(AuthorityOptions.Section).GetFromJsonAsync<Dictionary<string, int>>(authority.Value.Withdrawn, stoppingToken);
                    withdrawn.Set(least!);
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
            // The service stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(103, LogLevel.Debug, "Whose access was withdrawn could not be read ({Reason}); what is known stays in force")]
        public static partial void KeptOldAnswer(ILogger logger, string reason);
    }
}
