using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Insp1r.ServiceDefaults.Access;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Messaging.Log;

/// <summary>A place in the log: after the row with this transaction and sequence number.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LogPosition(ulong Tx, long Seq) : IComparable<LogPosition>
{
    public static readonly LogPosition Start;
    internal static readonly LogPosition BeforeAll = new(0, long.MinValue);
    internal static readonly LogPosition BehindAll = new(long.MaxValue, long.MaxValue);

    public int CompareTo(LogPosition other) => Tx != other.Tx ? Tx.CompareTo(other.Tx) : Seq.CompareTo(other.Seq);
    public static bool operator <(LogPosition a, LogPosition b) => a.CompareTo(b) < 0;
    public static bool operator >(LogPosition a, LogPosition b) => a.CompareTo(b) > 0;
    public static bool operator <=(LogPosition a, LogPosition b) => a.CompareTo(b) <= 0;
    public static bool operator >=(LogPosition a, LogPosition b) => a.CompareTo(b) >= 0;
}

/// <summary>One row of the log as a reader gets it.</summary>
internal sealed record LogRow(
    LogPosition Position, Guid Id, string Type, string Subject, Guid SubjectId, int SubjectVersion, string Node, byte[]? Payload, string? TraceParent, DateTimeOffset OccurredAt);

/// <summary>
/// What one read found. <paramref name="Last"/> is the newest row below the horizon, the oldest running transaction: everything before
/// that has ended, so the log up to this row can never change. <paramref name="Held"/> says that committed rows wait above the horizon.
/// </summary>
internal sealed record LogPage(IReadOnlyList<LogRow> Rows, LogPosition Stored, LogPosition Last, bool Held, int Epoch, LogPosition TrimmedTo)
{
    /// <summary>
    /// Where the read after this one goes on. After a short page that is the newest row of all, so that a filtered reader does not scan
    /// again; never the horizon, since a server that crashes gives the ids anew of transactions that left nothing behind.
    /// </summary>
    public LogPosition Next(LogPosition after, int limit) => Rows.Count == limit ? Rows[^1].Position : Last > after ? Last : after;
}

/// <summary>Follows the log. One statement, one snapshot: rows and horizon read in two statements would skip rows.</summary>
internal static class LogReader
{
    // The relay moves over what is no event like over any row, but there is nothing in it to send.
    private const string Columns = """
        c.tx_id, c.seq, c.id, c.type, c.subject, c.subject_id, c.subject_version, c.node,
        case when c.visibility <> 'audit' then c.payload end as payload, c.trace_parent, c.occurred_at
        """;

    // The row comparison is one range scan on the primary key, and the newest row its other end. What is the same for all rows is
    // materialized, or the planner works it out again for each.
    private static string Sql(string filter) => $"""
        with horizon as materialized (
          select x.tx, coalesce((select c.tx_id >= x.tx from change_log c order by c.tx_id desc, c.seq desc limit 1), false) as held,
                 coalesce(l.tx_id, '0') as last_tx, coalesce(l.seq, 0) as last_seq
          from (select pg_snapshot_xmin(pg_current_snapshot()) as tx) x
          left join lateral (select c.tx_id, c.seq from change_log c where c.tx_id < x.tx order by c.tx_id desc, c.seq desc limit 1) l on true)
        select h.held, h.last_tx, h.last_seq, s.epoch, s.trimmed_to, s.trimmed_seq, r.tx_id, r.seq, f.*
        from horizon h cross join change_log_state s cross join log_reader r
        left join lateral (
          select {Columns} from change_log c
          where (c.tx_id, c.seq) > ($1, $2) and c.tx_id < h.tx {filter}
          order by c.tx_id, c.seq limit $3) f on true
        where r.name = 'broker'
        order by f.tx_id, f.seq
        """;

    private static readonly string All = Sql("");

    private static readonly string Filtered = Sql("""
        and c.visibility = 'feed' and ($6::text[] is null or c.type = any($6))
        and (c.node = any($4) or c.node like any($5))
        """);

    /// <summary>Everything after a position, for the relay.</summary>
    public static Task<LogPage> ReadAllAsync(NpgsqlConnection connection, LogPosition after, int limit, CancellationToken ct)
    {
        var command = new NpgsqlCommand(All, connection);
        AddPosition(command, after, limit);
        return ReadAsync(command, ct);
    }

    /// <summary>What readers of these nodes' subtrees may see after a position.</summary>
    public static Task<LogPage> ReadFeedAsync(NpgsqlConnection connection, LogPosition after, int limit, string[] nodes, string[]? types, CancellationToken ct)
    {
        var command = new NpgsqlCommand(Filtered, connection);
        AddPosition(command, after, limit);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)types ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return ReadAsync(command, ct);
    }

    private static void AddPosition(NpgsqlCommand command, LogPosition after, int limit)
    {
        command.Parameters.Add(new NpgsqlParameter<ulong> { TypedValue = after.Tx, NpgsqlDbType = NpgsqlDbType.Xid8 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after.Seq });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
    }

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static async Task<LogPage> ReadAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var owned = command;
        await command.PrepareAsync(ct);
        await using var reader = await command.ExecuteReaderAsync(ct);

        var rows = new List<LogRow>();
        var held = false;
        var epoch = 0;
        LogPosition stored = default, last = default, trimmed = default;
        while (await reader.ReadAsync(ct))
        {
            if (epoch == 0)
            {
                held = reader.GetBoolean(0);
                last = Position(1);
                epoch = reader.GetInt32(3);
                trimmed = Position(4);
                stored = Position(6);
            }

            if (reader.IsDBNull(8))
                continue;

            rows.Add(new LogRow(
                Position(8),
                reader.GetGuid(10), reader.GetString(11), reader.GetString(12), reader.GetGuid(13), reader.GetInt32(14), reader.GetString(15),
                reader.IsDBNull(16) ? null : reader.GetFieldValue<byte[]>(16),
                reader.IsDBNull(17) ? null : reader.GetString(17),
                reader.GetFieldValue<DateTimeOffset>(18)));
        }

        return new LogPage(rows, stored, last, held, epoch, trimmed);

        LogPosition Position(int column) => new(reader.GetFieldValue<ulong>(column), reader.GetInt64(column + 1));
    }
}

/// <summary>How long a reader at the end of the log waits before it looks again.</summary>
internal sealed class LogWait(LogSignal signal, TimeSpan poll)
{
    private int _heldReads;

    /// <summary>
    /// While committed rows wait above the horizon, a transaction that is about to end holds them, and no signal will tell: look
    /// again after 1 ms (20 times), 2 ms (40 times), then 5 ms. Otherwise until the signal, or the poll's time (the guarantee).
    /// </summary>
    public Task NextAsync(long seen, bool held, TimeSpan? most, CancellationToken ct)
    {
        _heldReads = held ? _heldReads + 1 : 0;
        var pause = held
            ? TimeSpan.FromMilliseconds(_heldReads switch { <= 20 => 1, <= 60 => 2, _ => 5 })
            : poll * (0.9 + (Random.Shared.NextDouble() * 0.2));
        if (most < pause)
            pause = most.Value;
        return held ? Task.Delay(pause, ct) : signal.Any.WaitAsync(seen, pause, ct);
    }
}
