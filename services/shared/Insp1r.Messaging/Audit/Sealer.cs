using Insp1r.Messaging.Log;
using Insp1r.Messaging.Relay;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Audit;

/// <summary>
/// Seals the log, about five seconds after something was written. One replica does it: the one that relays. It notes the newest seal
/// in its own log each hour: who rewrote the whole chain would have to find those lines too.
/// </summary>
internal sealed partial class Sealer(ServiceDatabase database, LogSignal signal, RelayState relay, TimeProvider clock, ILogger<Sealer> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Note = TimeSpan.FromHours(1);

    private long _noted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sealedUpTo = -1L;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await signal.Any.WaitAsync(sealedUpTo, Look, stoppingToken);
                await Task.Delay(Pause, clock, stoppingToken);
                if (!relay.IsActive)
                    continue;

                var seen = signal.Any.Version;
                if (await SealAsync(stoppingToken))
                    sealedUpTo = seen;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // False where something waits above the horizon, for which no signal will come.
    private async Task<bool> SealAsync(CancellationToken ct)
    {
        while (await ExecuteAsync(AuditSeals.Seal, ct) > 0)
        {
        }

        await using var command = database.DataSource.CreateCommand("""
            select s.number, encode(s.hash, 'hex'), s.epoch < st.epoch,
                   coalesce((select (c.tx_id, c.seq) <= (s.to_tx, s.to_seq) from change_log c order by c.tx_id desc, c.seq desc limit 1), true)
            from audit_seal s cross join change_log_state st order by s.number desc limit 1
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return false;
        if (reader.GetBoolean(2))
        {
            await ExecuteAsync(AuditSeals.SealRestored, ct);
            return false;
        }

        if (_noted == 0 || clock.GetElapsedTime(_noted) >= Note)
        {
            Log.Head(logger, database.Service, reader.GetInt64(0), reader.GetString(1));
            _noted = clock.GetTimestamp();
        }

        return reader.GetBoolean(3);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(ct);
    }

    private static partial class Log
    {
        [LoggerMessage(261, LogLevel.Warning, "The log could not be sealed ({Reason}); it is tried again")]
        public static partial void Failed(ILogger logger, string reason);

        [LoggerMessage(262, LogLevel.Information, "The newest seal of {Service}'s audit trail is {Number}, {Hash}")]
        public static partial void Head(ILogger logger, string service, long number, string hash);
    }
}
