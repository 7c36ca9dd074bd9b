using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Insp1r.Messaging.Log;

/// <summary>
/// Carries the signal between the replicas of a service over PostgreSQL's LISTEN and NOTIFY. The NOTIFY is sent outside business
/// transactions, where it would take a lock that all commits share, and at most 20 times a second.
/// </summary>
internal sealed partial class LogNotifications(ServiceDatabase database, LogSignal signal, ILogger<LogNotifications> logger) : BackgroundService
{
    private const string Channel = "change_log";
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(ForEverAsync(ListenAsync, stoppingToken), ForEverAsync(NotifyAsync, stoppingToken));

    private async Task ListenAsync(CancellationToken ct)
    {
        // A listening connection is held for good: it stays out of the pool, and keep-alive finds a dead peer.
        await using var connection = database.Unpooled("listen", builder => builder.KeepAlive = 15);
        await connection.OpenAsync(ct);
        connection.Notification += (_, notification) =>
        {
            if (notification.Payload != database.InstanceId)
                signal.Any.Raise();
        };
        await using (var listen = new NpgsqlCommand($"listen {Channel}", connection))
            await listen.ExecuteNonQueryAsync(ct);

        // What was said before we listened is found by reading now.
        signal.Any.Raise();
        while (true)
            await connection.WaitAsync(ct);
    }

    private async Task NotifyAsync(CancellationToken ct)
    {
        var seen = signal.Local.Version;
        while (true)
        {
            await signal.Local.WaitAsync(seen, Timeout.InfiniteTimeSpan, ct);
            seen = signal.Local.Version;
            await using (var notify = database.DataSource.CreateCommand($"select pg_notify('{Channel}', $1)"))
            {
                notify.Parameters.AddWithValue(database.InstanceId);
                await notify.ExecuteNonQueryAsync(ct);
            }

            await Task.Delay(LeastPause, ct);
        }
    }

    private async Task ForEverAsync(Func<CancellationToken, Task> step, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await step(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Log.Lost(logger, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(500, 1500)), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(201, LogLevel.Warning, "The signal between replicas is interrupted ({Reason}); readers poll until it is back")]
        public static partial void Lost(ILogger logger, string reason);
    }
}
