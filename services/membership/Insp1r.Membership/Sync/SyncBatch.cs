using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Sync;

/// <summary>
/// How a batch is to be treated. <paramref name="Key"/> is the Idempotency-Key, if there is one; <paramref name="Way"/> is the word for it in the audit
/// trail: sync, or import.
/// </summary>
internal sealed record SyncOptions(bool Commit, bool Atomic, string? Key, string Way);

/// <summary>
/// One batch at work: its chunks one after the other, each in its own short transaction, on one connection. With a key, the results
/// of a chunk are stored in the chunk's transaction, so that a body sent again after a cut goes on where it stopped.
/// </summary>
internal sealed partial class SyncBatch(
    ServiceDatabase database, LogSignal signal, TimeProvider clock, ILogger<SyncBatch> logger, Caller caller, SyncOptions options) : IAsyncDisposable
{
    private const int MaxAttempts = 20;

    private readonly string[] _nodes = caller.NodesFor(Role.Contributor);
    // All that a batch changes is told from what other batches changed.
    private readonly Cause _cause = Cause.Current with { Way = $"{options.Way} {Guid.CreateVersion7(clock.GetUtcNow())}" };
    private readonly Dictionary<string, SyncCounts> _countsByNode = new(StringComparer.Ordinal);
    // Records with several external ids that this batch has named: by another id it must not name them again.
    private readonly HashSet<Guid> _namedByOneId = [];
    private NpgsqlConnection? _connection;
    private bool _lastWasFull;
    private int _nextChunk;

    public SyncCounts Counts { get; private set; }

    /// <summary>True where the first chunk's results come from the store.</summary>
    public bool IsReplay { get; private set; }

    /// <summary>Merges a chunk and gives its results as NDJSON, or the problem that ends the batch.</summary>
    public async Task<(byte[] Results, ProblemHttpResult? Refusal)> RunAsync(SyncChunk chunk, CancellationToken ct)
    {
        (_nextChunk, _lastWasFull) = (chunk.Number + 1, chunk.IsFull);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await ConnectAsync(ct) is { } inFlight)
                    return ([], inFlight);
                if (await TryRunAsync(chunk, ct) is { } outcome)
                    return outcome;
            }
            catch (PostgresException e) when (IsClash(e))
            {
                Log.Clash(logger, chunk.Number, e.SqlState);
            }

            if (attempt == MaxAttempts)
                throw new TimeoutException("The chunk met other writers each time.");
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 * attempt)), clock, ct);
        }
    }

    /// <summary>To be asked after the last chunk: with this key, the body had more chunks before.</summary>
    public async Task<ProblemHttpResult?> RefusesEndAsync(CancellationToken ct) =>
        options is { Key: not null, Commit: true } && _lastWasFull && await FindStoredAsync(_nextChunk, ct) is not null ? KeyReused() : null;

    /// <summary>
    /// Lets the key go and notes when each node's client was last here; for a broken batch too. To be done before the last line is
    /// sent: who has read it may come again at once.
    /// </summary>
    public async Task CloseAsync()
    {
        try
        {
            if (_connection is { State: System.Data.ConnectionState.Open } connection)
            {
                await using var unlock = new NpgsqlCommand("select pg_advisory_unlock_all()", connection);
                await unlock.ExecuteNonQueryAsync(CancellationToken.None);
            }

            await NoteStateAsync();
        }
        catch (NpgsqlException e)
        {
            // The lock goes with its session, and a state that is not noted is noted by the next batch: the results stand.
            if (_connection is not null)
                NpgsqlConnection.ClearPool(_connection);
            Log.NotClosed(logger, e.Message);
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
    }

    private async Task NoteStateAsync()
    {
        if (!options.Commit || _countsByNode.Count == 0)
            return;

        var states = _countsByNode.OrderBy(state => state.Key, StringComparer.Ordinal).ToArray();
        _countsByNode.Clear();
        await using var command = database.DataSource.CreateCommand("""
            insert into sync_state (node, client_id, last_contact, created, updated, unchanged, conflicts, rejected)
            select s.node, $1, $2, s.created, s.updated, s.unchanged, s.conflicts, s.rejected
            from unnest($3::text[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[])
              as s(node, created, updated, unchanged, conflicts, rejected)
            on conflict (node, client_id) do update
            set last_contact = excluded.last_contact, created = excluded.created, updated = excluded.updated, unchanged = excluded.unchanged,
                conflicts = excluded.conflicts, rejected = excluded.rejected
            """);
        command.Parameters.AddWithValue(caller.Id);
        command.Parameters.AddWithValue(clock.GetUtcNow());
        command.Parameters.AddWithValue(Array.ConvertAll(states, state => state.Key));
        command.Parameters.AddWithValue(Array.ConvertAll(states, state => state.Value.Created));
        command.Parameters.AddWithValue(Array.ConvertAll(states, state => state.Value.Updated));
        command.Parameters.AddWithValue(Array.ConvertAll(states, state => state.Value.Unchanged));
        command.Parameters.AddWithValue(Array.ConvertAll(states, state => state.Value.Conflict));
        command.Parameters.AddWithValue(Array.ConvertAll(states, state => state.Value.Rejected));
        // What was merged is to be seen even where the client hung up.
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private async Task<ProblemHttpResult?> ConnectAsync(CancellationToken ct)
    {
        if (_connection is { State: System.Data.ConnectionState.Open })
            return null;

        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = await database.DataSource.OpenConnectionAsync(ct);
        if (options.Key is null || !options.Commit)
            return null;

        // The session's lock lasts as long as the batch, and dies with its process.
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1 || chr(31) || $2, 8714))", _connection);
        command.Parameters.AddWithValue(caller.Id);
        command.Parameters.AddWithValue(options.Key);
        return (bool)(await command.ExecuteScalarAsync(ct))! ? null : IdempotencyErrors.InFlight.ToProblem("The first request with this key is still at work.");
    }

    // Null where the chunk met another writer and is to be done again.
    private async Task<(byte[], ProblemHttpResult?)?> TryRunAsync(SyncChunk chunk, CancellationToken ct)
    {
        if (!options.Commit)
        {
            var judged = await SyncMerge.ValidateAsync(_connection!, chunk, _nodes, ct);
            return RejectRepeats(judged) ? null : (Finish(chunk, judged), null);
        }

        if (options.Key is not null)
        {
            if (await FindStoredAsync(chunk.Number, ct) is { } stored)
                return stored.Hash.AsSpan().SequenceEqual(chunk.Hash) && !(chunk.IsKnownLast && await FindStoredAsync(chunk.Number + 1, ct) is not null)
                    ? (Replay(chunk, stored), null)
                    : ([], KeyReused());
        }

        return await CommitAsync(chunk, ct);
    }

    private async Task<(byte[], ProblemHttpResult?)?> CommitAsync(SyncChunk chunk, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await _connection!.BeginTransactionAsync(ct);
        MergeReport report;
        try
        {
            report = await SyncMerge.CommitAsync(_connection, transaction, chunk, _nodes, _cause, now, ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CardinalityViolation)
        {
            // One record under two of its ids, both in conflict: validation tells which.
            await transaction.RollbackAsync(ct);
            RejectRepeats(await SyncMerge.ValidateAsync(_connection, chunk, _nodes, ct));
            return null;
        }

        if (RejectRepeats(report) || !report.IsWhole)
            return null;
        if (options.Atomic && chunk.Lines.Any(line => line.Result is SyncResult.Rejected or SyncResult.Conflict))
        {
            // What would have been created does not exist: no id, as when a batch is only validated.
            foreach (var line in chunk.Lines.Where(line => line.Result == SyncResult.Created))
                line.Becomes(SyncResult.Created, Guid.Empty, 0);
            return (Finish(chunk, report, taken: false), SyncErrors.BatchRefused.ToProblem("Nothing was changed: some items were rejected or in conflict."));
        }

        var results = Finish(chunk, report);
        if (options.Key is not null)
            await StoreAsync(transaction, chunk, results, now, ct);
        // From here on the chunk must not be abandoned because the client hung up.
        await transaction.CommitAsync(CancellationToken.None);
        signal.Raise();
        return (results, null);
    }

    // A body may not name one record twice, by two of its external ids. True where a line was rejected for it.
    private bool RejectRepeats(MergeReport report)
    {
        var rejected = false;
        foreach (var same in report.Shared.GroupBy(line => line.Id))
        {
            foreach (var line in _namedByOneId.Contains(same.Key) ? same : same.Skip(1))
            {
                line.Reject("/externalId", "repeated", "The same record came before in this batch, under another of its external ids.");
                rejected = true;
            }
        }

        return rejected;
    }

    private byte[] Finish(SyncChunk chunk, MergeReport report, bool taken = true)
    {
        _namedByOneId.UnionWith(report.Shared.Select(line => line.Id));
        Counts += SyncCounts.Of(chunk.Lines);
        // What names no node of the caller's counts for the caller's first.
        foreach (var node in taken ? chunk.Lines.GroupBy(line => line.Item is { } item && caller.May(Role.Contributor, item.Node) ? item.Node : _nodes[0], StringComparer.Ordinal) : [])
            _countsByNode[node.Key] = _countsByNode.GetValueOrDefault(node.Key) + SyncCounts.Of(node);
        return SyncResults.Write(chunk);
    }

    private byte[] Replay(SyncChunk chunk, StoredChunk stored)
    {
        Counts += stored.Counts;
        IsReplay |= chunk.Number == 0;
        return stored.Results;
    }

    private async Task<StoredChunk?> FindStoredAsync(int number, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select body_hash, results, counts from sync_chunk where client_id = $1 and key = $2 and chunk_no = $3", _connection);
        command.Parameters.AddWithValue(caller.Id);
        command.Parameters.AddWithValue(options.Key!);
        command.Parameters.AddWithValue(number);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return null;
        var counts = await reader.GetFieldValueAsync<int[]>(2, ct);
        return new StoredChunk(
            await reader.GetFieldValueAsync<byte[]>(0, ct), SyncResults.Decompress(await reader.GetFieldValueAsync<byte[]>(1, ct)),
            new SyncCounts(counts[0], counts[1], counts[2], counts[3], counts[4]));
    }

    private async Task StoreAsync(NpgsqlTransaction transaction, SyncChunk chunk, byte[] results, DateTimeOffset now, CancellationToken ct)
    {
        var counts = SyncCounts.Of(chunk.Lines);
        await using var command = new NpgsqlCommand("""
            insert into sync_chunk (client_id, key, chunk_no, body_hash, results, counts, created_at) values ($1, $2, $3, $4, $5, $6, $7)
            """, _connection, transaction);
        command.Parameters.AddWithValue(caller.Id);
        command.Parameters.AddWithValue(options.Key!);
        command.Parameters.AddWithValue(chunk.Number);
        command.Parameters.AddWithValue(chunk.Hash);
        command.Parameters.AddWithValue(SyncResults.Compress(results));
        command.Parameters.AddWithValue((int[])[counts.Created, counts.Updated, counts.Unchanged, counts.Conflict, counts.Rejected]);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static ProblemHttpResult KeyReused() =>
        IdempotencyErrors.KeyReused.ToProblem("This key came with another body before; take a new key for a new batch.");

    private static bool IsClash(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.UniqueViolation;

    private sealed record StoredChunk(byte[] Hash, byte[] Results, SyncCounts Counts);

    private static partial class Log
    {
        [LoggerMessage(301, LogLevel.Information, "Chunk {Chunk} of a sync met another writer ({SqlState}) and is merged again")]
        public static partial void Clash(ILogger logger, int chunk, string sqlState);

        [LoggerMessage(303, LogLevel.Warning, "The state of a sync could not be noted ({Reason})")]
        public static partial void NotClosed(ILogger logger, string reason);
    }
}
