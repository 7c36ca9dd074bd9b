using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests;

/// <summary>A transaction that a test holds open after a statement, so that requests wait for it.</summary>
internal sealed class Held : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private Held(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    public static async Task<Held> AfterAsync(string database, string sql, CancellationToken ct, params object[] values)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        var transaction = await connection.BeginTransactionAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(ct);
        return new Held(connection, transaction);
    }

    /// <summary>Until so many wait, for this transaction or for one another.</summary>
    public static Task WaitedForAsync(Shared shared, int waiting, CancellationToken ct) => Until.TrueAsync(
        async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0", ct) >= waiting,
        $"{waiting} wait for the held transaction", ct, TimeSpan.FromSeconds(20));

    public Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
