using Insp1r.Messaging.Relay;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Operations;

/// <summary>What has a time to live: a statement that deletes a bounded number of rows past it, run until it finds none.</summary>
public sealed record Expiry(string Sql);

/// <summary>Measures the log, and deletes what has had its time, in bounded steps. One replica does it: the one that relays.</summary>
internal sealed partial class Housekeeping(ServiceDatabase database, RelayState relay, IEnumerable<Expiry> expiries, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Expire = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lastExpiry = clock.GetTimestamp() - (long)(Expire.TotalSeconds * clock.TimestampFrequency);
        using var timer = new PeriodicTimer(Measure, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(tick => tick is { IsCompletedSuccessfully: true, Result: true }, TaskScheduler.Default))
        {
            if (!relay.IsActive)
                continue;

            try
            {
                var lag = await LogLag.ReadAsync(database.DataSource, stoppingToken);
                MessagingMetrics.RelayLagRows.Record(lag.Rows);
                MessagingMetrics.RelayLagSeconds.Record(lag.OldestSeconds);
                MessagingMetrics.HorizonAge.Record(lag.HorizonSeconds);

                if (clock.GetElapsedTime(lastExpiry) >= Expire)
                {
                    foreach (var expiry in expiries)
                        await DeleteAllAsync(expiry.Sql, stoppingToken);
                    lastExpiry = clock.GetTimestamp();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, e.Message);
            }
        }
    }

    private async Task DeleteAllAsync(string sql, CancellationToken ct)
    {
        int deleted;
        do
        {
            await using var command = database.DataSource.CreateCommand(sql);
            deleted = await command.ExecuteNonQueryAsync(ct);
        }
        while (deleted > 0);
    }

    private static partial class Log
    {
        [LoggerMessage(251, LogLevel.Warning, "Housekeeping failed ({Reason}); it tries again")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
