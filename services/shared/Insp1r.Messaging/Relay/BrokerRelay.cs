using System.Diagnostics;
using Insp1r.Messaging.Log;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Messaging.Relay;

/// <summary>
/// Follows the log and publishes it. One is active per service: the one that holds an advisory lock, on the same connection that
/// reads the log and moves the position. The position moves over a confirmed prefix only, by compare-and-set: a crash in between
/// sends again and never loses, and a relay that was paused, or overtaken by an operator's replay, cannot move it.
/// </summary>
internal sealed partial class BrokerRelay(ServiceDatabase database, LogSignal signal, PackPublisher publisher, RelayState state, ILogger<BrokerRelay> logger)
    : BackgroundService
{
    private const int PageSize = 500;
    private const int MaxPagesInFlight = 4;
    private const long LockKey = 0x696e73705f6c6f67; // "insp_log"
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MovePause = TimeSpan.FromMilliseconds(50);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(stoppingToken);
            }
            catch (PositionMovedException)
            {
                Log.PositionMoved(logger);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.StartOver(logger, e.GetType().Name, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 400)), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                state.IsActive = false;
                state.IsStandby = false;
            }
        }
    }

    private async Task LeadAsync(CancellationToken ct)
    {
        // The session ends by itself when its process is paused, so that the lock passes on; the poll keeps it alive otherwise.
        // A lost move only sends again, so moving need not wait for the disk.
        await using var connection = database.Unpooled("relay", builder =>
            builder.Options = "-c jit=off -c synchronous_commit=off -c idle_session_timeout=3s -c lock_timeout=10s -c tcp_user_timeout=10000");
        await connection.OpenAsync(ct);
        while (!await TryLockAsync(connection, ct))
            state.IsStandby = true;

        state.IsActive = true;
        Log.Active(logger, database.Service);
        // Publishing ends with the lead: what is unconfirmed then is sent again by the next to lead.
        using var lead = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            await FollowAsync(connection, lead.Token);
        }
        finally
        {
            await lead.CancelAsync();
        }
    }

    private async Task FollowAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var stored = await ReadPositionAsync(connection, ct);
        var (read, confirmed) = (stored, stored);
        var pages = new Queue<(LogPosition End, Task Published)>();
        var wait = new LogWait(signal, Poll);
        var lastMove = Stopwatch.GetTimestamp();
        // Completes when the log may have rows that were not read.
        var more = Task.CompletedTask;

        try
        {
            while (true)
            {
                if (more.IsCompleted && pages.Count < MaxPagesInFlight)
                {
                    var seen = signal.Any.Version;
                    var page = await LogReader.ReadAllAsync(connection, read, PageSize, ct);
                    if (page.Stored != stored)
                        throw new PositionMovedException();
                    if (page.Rows.Count > 0)
                    {
                        read = page.Rows[^1].Position;
                        pages.Enqueue((read, publisher.PublishAsync(page.Rows, ct)));
                    }

                    more = page.Rows.Count == PageSize ? Task.CompletedTask : wait.NextAsync(seen, page.Held, null, ct);
                }

                state.Ticked();
                if (pages.Count == MaxPagesInFlight)
                {
                    await Task.WhenAny(pages.Peek().Published, Task.Delay(Poll, ct));
                    if (!pages.Peek().Published.IsCompleted)
                        await ReassureAsync(connection, ct);
                }
                else if (pages.Count > 0)
                {
                    await Task.WhenAny(pages.Peek().Published, more);
                }
                else
                {
                    await more;
                }

                while (pages.TryPeek(out var first) && first.Published.IsCompleted)
                {
                    await first.Published;
                    confirmed = pages.Dequeue().End;
                }

                if (confirmed != stored && (pages.Count == 0 || Stopwatch.GetElapsedTime(lastMove) >= MovePause))
                {
                    await MoveAsync(connection, stored, confirmed, ct);
                    stored = confirmed;
                    lastMove = Stopwatch.GetTimestamp();
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // A clean stop moves once more over what is confirmed, so that the next process does not send it again.
            await MoveAsync(connection, stored, confirmed, CancellationToken.None);
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_lock($1)", connection) { CommandTimeout = 30 };
        command.Parameters.AddWithValue(LockKey);
        try
        {
            await command.ExecuteNonQueryAsync(ct);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static async Task<LogPosition> ReadPositionAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select tx_id, seq from log_reader where name = 'broker'", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new LogPosition(await reader.GetFieldValueAsync<ulong>(0, ct), await reader.GetFieldValueAsync<long>(1, ct));
    }

    private static async Task MoveAsync(NpgsqlConnection connection, LogPosition from, LogPosition to, CancellationToken ct)
    {
        if (from == to)
            return;

        await using var command = new NpgsqlCommand("""
            update log_reader set tx_id = $3, seq = $4, moved_at = now() where name = 'broker' and tx_id = $1 and seq = $2
            """, connection);
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = from.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from.Seq });
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = to.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to.Seq });
        await command.PrepareAsync(ct);
        if (await command.ExecuteNonQueryAsync(ct) == 0)
            throw new PositionMovedException();
    }

    // While the window is full nothing is read, and the idle timeout must not take the lock from a relay that works.
    private static async Task ReassureAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed class PositionMovedException : Exception;

    private static partial class Log
    {
        [LoggerMessage(221, LogLevel.Information, "This replica now relays the log of {Service} to the broker")]
        public static partial void Active(ILogger logger, string service);

        [LoggerMessage(222, LogLevel.Information, "Somebody else moved the relay's position (a replay, or another replica); reading it anew")]
        public static partial void PositionMoved(ILogger logger);

        [LoggerMessage(223, LogLevel.Warning, "The relay starts over after {Kind}: {Reason}")]
        public static partial void StartOver(ILogger logger, string kind, string reason);
    }
}
