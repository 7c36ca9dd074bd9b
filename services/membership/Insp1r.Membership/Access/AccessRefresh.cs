using Insp1r.Membership.Access.Tokens;
using Insp1r.ServiceDefaults.Access;
using Npgsql;

namespace Insp1r.Membership.Access;

/// <summary>
/// Reads the keys and whose access was withdrawn again, as often as the other services do: another replica may have changed them. It
/// also sees to it that the keys are renewed.
/// </summary>
internal sealed partial class AccessRefresh(SigningKeyRing signing, WithdrawnAccessList withdrawn, TimeProvider clock, ILogger<AccessRefresh> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(TimeSpan.FromMinutes(1), RefreshKeysAsync, stoppingToken),
        EveryAsync(WithdrawnAccess.Period, withdrawn.LoadAsync, stoppingToken));

    private async Task RefreshKeysAsync(CancellationToken ct)
    {
        await signing.LoadAsync(ct);
        await signing.LookAfterKeysAsync(ct);
    }

    private async Task EveryAsync(TimeSpan period, Func<CancellationToken, Task> step, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(period, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await step(ct);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                if (!ct.IsCancellationRequested)
                    Log.KeptOld(logger, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Warning, "Signing keys, or whose access was withdrawn, could not be read again ({Reason}); what is known stays in force")]
        public static partial void KeptOld(ILogger logger, string reason);
    }
}
