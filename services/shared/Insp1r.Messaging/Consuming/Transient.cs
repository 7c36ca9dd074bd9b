using Microsoft.Extensions.Logging;
using Npgsql;

namespace Insp1r.Messaging.Consuming;

/// <summary>Waits out what passes by itself (a database restarting, a deadlock); everything else is the caller's.</summary>
internal static partial class Transient
{
    public static async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, string consumer, ILogger logger, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work(ct);
            }
            catch (Exception e) when (IsTransient(e) && !ct.IsCancellationRequested)
            {
                Log.Waiting(logger, consumer, e.GetBaseException().Message);
                var pause = Math.Min(50 << Math.Min(attempt, 6), 2_000) * (0.5 + Random.Shared.NextDouble());
                await Task.Delay(TimeSpan.FromMilliseconds(pause), ct);
            }
        }
    }

    public static bool IsTransient(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NpgsqlException { IsTransient: true } or TimeoutException or System.Net.Sockets.SocketException or EndOfStreamException)
                return true;
        }

        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(231, LogLevel.Warning, "{Consumer} tries again shortly: {Reason}")]
        public static partial void Waiting(ILogger logger, string consumer, string reason);
    }
}
