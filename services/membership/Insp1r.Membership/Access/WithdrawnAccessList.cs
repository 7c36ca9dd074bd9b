using Insp1r.ServiceDefaults.Access;
using Npgsql;

namespace Insp1r.Membership.Access;

/// <summary>
/// Keeps <see cref="WithdrawnAccess"/> here, where it comes from, and tells it to the other services: at each change, and every 15
/// seconds for what another replica changed.
/// </summary>
internal sealed partial class WithdrawnAccessList(WithdrawnAccess withdrawn, ClientStore clients, TimeProvider clock, ILogger<WithdrawnAccessList> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);

    // A token that was issued just before the change lives so long; clocks may differ by half a minute.
    private static readonly TimeSpan Memory = TokenSigning.Lifetime + TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task LoadAsync(CancellationToken ct)
    {
        // One after the other: what was read first must not be set last.
        await _one.WaitAsync(ct);
        try
        {
            withdrawn.Set(await clients.ReadWithdrawnAsync(clock.GetUtcNow() - Memory, ct));
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Period, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await LoadAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                if (!stoppingToken.IsCancellationRequested)
                    Log.KeptOldList(logger, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1102, LogLevel.Warning, "Whose access was withdrawn could not be read again ({Reason}); what is known stays in force")]
        public static partial void KeptOldList(ILogger logger, string reason);
    }
}
