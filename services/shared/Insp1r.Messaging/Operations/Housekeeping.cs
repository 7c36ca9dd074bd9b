using Insp1r.Messaging.Relay;
using Insp1r.Messaging.Retention;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Operations;

/// <summary>Measures the log, and once an hour removes what has had its time. One replica does it: the one that relays.</summary>
internal sealed partial class Housekeeping(ServiceDatabase database, RelayState relay, RetentionJob retention, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan Measure = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Remove = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var lastRemoval = clock.GetTimestamp() - (long)(Remove.TotalSeconds * clock.TimestampFrequency);
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

                if (clock.GetElapsedTime(lastRemoval) >= Remove)
                {
                    await retention.RunAsync(Remove, stoppingToken);
                    lastRemoval = clock.GetTimestamp();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(251, LogLevel.Warning, "Housekeeping failed ({Reason}); it tries again")]
        public static partial void Failed(ILogger logger, string reason);
    }
}
