using Insp1r.Messaging.Audit;
using Insp1r.Messaging.Log;
using Insp1r.Messaging.Retention;
using Insp1r.Testing;
using Npgsql;
using Xunit;

namespace Insp1r.Messaging.Tests;

/// <summary>A PostgreSQL with the log's tables, one database for each test.</summary>
public sealed class LogServer : IAsyncLifetime
{
    private PostgresServer? _server;

    public async ValueTask InitializeAsync() => _server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);

    public async Task<NpgsqlDataSource> CreateLogAsync(string name, CancellationToken ct)
    {
        var log = NpgsqlDataSource.Create(await _server!.CreateDatabaseAsync(name, ct));
        await using var create = log.CreateCommand(ChangeLogSchema.Create);
        await create.ExecuteNonQueryAsync(ct);
        return log;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public class LogTests(LogServer server) : IClassFixture<LogServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S1_Read_TransactionStillOpen_StopsInFrontOfIt()
    {
        await using var log = await server.CreateLogAsync("held", Ct);
        await using var early = await log.OpenConnectionAsync(Ct);
        await using var held = await early.BeginTransactionAsync(Ct);
        await AppendAsync(early, "first", held);
        await using var late = await log.OpenConnectionAsync(Ct);
        await AppendAsync(late, "second");

        await using var reader = await log.OpenConnectionAsync(Ct);
        var whileOpen = await LogReader.ReadAllAsync(reader, LogPosition.Start, 10, Ct);
        await held.CommitAsync(Ct);
        var after = await LogReader.ReadAllAsync(reader, whileOpen.Next(LogPosition.Start, 10), 10, Ct);

        Assert.Empty(whileOpen.Rows);
        Assert.True(whileOpen.Held);
        Assert.Equal(["first", "second"], after.Rows.Select(row => row.Type));
        Assert.False(after.Held);
    }

    [Fact]
    public async Task S1_Read_TransactionRolledBack_IsNotWaitedForAndNotSeen()
    {
        await using var log = await server.CreateLogAsync("rolled_back", Ct);
        await using var connection = await log.OpenConnectionAsync(Ct);
        await using (var abandoned = await connection.BeginTransactionAsync(Ct))
        {
            await AppendAsync(connection, "never", abandoned);
            await abandoned.RollbackAsync(Ct);
        }

        await AppendAsync(connection, "kept");

        Assert.Equal(["kept"], (await LogReader.ReadAllAsync(connection, LogPosition.Start, 10, Ct)).Rows.Select(row => row.Type));
    }

    [Fact]
    public async Task S1_Read_ByPages_GivesEachRowOnceInOrder()
    {
        await using var log = await server.CreateLogAsync("pages", Ct);
        await using var connection = await log.OpenConnectionAsync(Ct);
        for (var i = 0; i < 25; i++)
            await AppendAsync(connection, $"row-{i}");

        var read = new List<string>();
        var position = LogPosition.Start;
        for (var page = 0; page < 4; page++)
        {
            var found = await LogReader.ReadAllAsync(connection, position, 7, Ct);
            read.AddRange(found.Rows.Select(row => row.Type));
            position = found.Next(position, 7);
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"row-{i}"), read);
    }

    [Fact]
    public async Task S1_Feed_OtherNodesAndInternalRows_AreLeftOut()
    {
        await using var log = await server.CreateLogAsync("scope", Ct);
        await using var connection = await log.OpenConnectionAsync(Ct);
        await AppendAsync(connection, "own", node: "insp1r.africa.rw");
        await AppendAsync(connection, "below", node: "insp1r.africa.rw.kigali");
        await AppendAsync(connection, "neighbour", node: "insp1r.africa.ml");
        await AppendAsync(connection, "like-a-prefix", node: "insp1r.africa.rw2");
        await AppendAsync(connection, "above", node: "insp1r.africa");
        await AppendAsync(connection, "internal", node: "insp1r.africa.rw", visibility: "internal");

        var page = await LogReader.ReadFeedAsync(connection, LogPosition.Start, 10, ["insp1r.africa.rw"], null, Ct);

        Assert.Equal(["own", "below"], page.Rows.Select(row => row.Type));
    }

    [Fact]
    public async Task S3_Expiry_RelayedAndSealedRowsOfFiveYears_GoAndTheCursorIsTooOld()
    {
        await using var log = await server.CreateLogAsync("expiry", Ct);
        await using var connection = await log.OpenConnectionAsync(Ct);
        await AppendAsync(connection, "old", days: 1_828);
        await AppendAsync(connection, "young", days: 1_825);
        await AppendAsync(connection, "old-and-not-relayed", days: 2_000);
        var rows = (await LogReader.ReadAllAsync(connection, LogPosition.Start, 10, Ct)).Rows;
        await RelayedAsync(connection, rows[1].Position);

        Assert.Equal(0, await ExpireAsync(connection));
        await SealAsync(connection);
        Assert.Equal(0, await ExpireAsync(connection));
        await BackdateSealAsync(connection, days: 1_828);
        Assert.Equal(1, await ExpireAsync(connection));
        Assert.Equal(0, await ExpireAsync(connection));

        var page = await LogReader.ReadAllAsync(connection, LogPosition.Start, 10, Ct);
        Assert.Equal(["young", "old-and-not-relayed"], page.Rows.Select(row => row.Type));
        Assert.True(rows[0].Position with { Seq = rows[0].Position.Seq - 1 } < page.TrimmedTo);
        // Who had read the row that is gone misses nothing.
        Assert.False(rows[0].Position < page.TrimmedTo);
    }

    [Fact]
    public async Task G7_RowOfTheAuditTrailAlone_IsPassedByTheRelayWithoutItsContent()
    {
        await using var log = await server.CreateLogAsync("audit_only", Ct);
        await using var connection = await log.OpenConnectionAsync(Ct);
        await AppendAsync(connection, "event");
        await AppendAsync(connection, "no-event", visibility: "audit");

        var relay = await LogReader.ReadAllAsync(connection, LogPosition.Start, 10, Ct);
        var feed = await LogReader.ReadFeedAsync(connection, LogPosition.Start, 10, ["insp1r"], null, Ct);

        Assert.Equal(["event True", "no-event False"], relay.Rows.Select(row => $"{row.Type} {row.Payload is not null}"));
        Assert.Equal(["event"], feed.Rows.Select(row => row.Type));
    }

    private static async Task SealAsync(NpgsqlConnection connection)
    {
        await using var seal = new NpgsqlCommand(AuditSeals.Seal, connection);
        Assert.Equal(1, await seal.ExecuteNonQueryAsync(Ct));
    }

    private static async Task BackdateSealAsync(NpgsqlConnection connection, int days)
    {
        await using var backdate = new NpgsqlCommand($"update audit_seal set sealed_at = now() - make_interval(days => {days})", connection);
        await backdate.ExecuteNonQueryAsync(Ct);
    }

    private static async Task AppendAsync(
        NpgsqlConnection connection, string type, NpgsqlTransaction? transaction = null, string node = "insp1r", string visibility = "feed", int days = 0)
    {
        await using var append = new NpgsqlCommand("""
            insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
            values (gen_random_uuid(), $1, 'test', gen_random_uuid(), 1, $2, $3, '{}', now() - make_interval(days => $4))
            """, connection, transaction);
        append.Parameters.AddWithValue(type);
        append.Parameters.AddWithValue(node);
        append.Parameters.AddWithValue(visibility);
        append.Parameters.AddWithValue(days);
        await append.ExecuteNonQueryAsync(Ct);
    }

    private static async Task RelayedAsync(NpgsqlConnection connection, LogPosition position)
    {
        await using var move = new NpgsqlCommand("update log_reader set tx_id = $1, seq = $2", connection);
        move.Parameters.Add(new NpgsqlParameter { Value = position.Tx, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Xid8 });
        move.Parameters.AddWithValue(position.Seq);
        await move.ExecuteNonQueryAsync(Ct);
    }

    private static async Task<long> ExpireAsync(NpgsqlConnection connection)
    {
        await using var expire = new NpgsqlCommand(SharedRetention.RemoveLog, connection);
        expire.Parameters.AddWithValue(DateTimeOffset.UtcNow - SharedRetention.Rules.Single(rule => rule.DataClass == SharedRetention.Log).Keep);
        return (long)(await expire.ExecuteScalarAsync(Ct))!;
    }
}
