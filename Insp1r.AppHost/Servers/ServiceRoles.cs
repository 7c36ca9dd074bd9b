using Npgsql;

namespace Insp1r.AppHost.Servers;

/// <summary>The roles and the database of one service. Repeated at each start: what is there already stays.</summary>
internal static class ServiceRoles
{
    /// <param name="server">The superuser's connection string, without a database.</param>
    public static async Task PrepareAsync(string server, string service, string password, string migrationsPassword, CancellationToken ct)
    {
        var migrations = $"{service}_migrations";
        await using (var connection = await OpenAsync(server, "postgres", ct))
        {
            await EnsureRoleAsync(connection, service, password, ct);
            await EnsureRoleAsync(connection, migrations, migrationsPassword, ct);
            if (!await ExistsAsync(connection, "select exists (select 1 from pg_database where datname = $1)", service, ct))
                await ExecuteAsync(connection, "create database %I owner %I", ct, service, migrations);
            await ExecuteAsync(connection, "revoke connect, temporary on database %I from public", ct, service);
            await ExecuteAsync(connection, "grant connect on database %I to %I", ct, service, service);
            // Since when a transaction of another role is open: it holds every reader of every log on the server back.
            await ExecuteAsync(connection, "grant pg_read_all_stats to %I", ct, service);
        }

        await using (var connection = await OpenAsync(server, service, ct))
        {
            await ExecuteAsync(connection, "grant usage on schema public to %I", ct, service);
            await ExecuteAsync(connection, "alter default privileges for role %I grant select, insert, update, delete on tables to %I", ct, migrations, service);
            await ExecuteAsync(connection, "alter default privileges for role %I grant usage, select on sequences to %I", ct, migrations, service);
        }
    }

    public static async Task DropDatabaseAsync(string server, string service, CancellationToken ct)
    {
        await using var connection = await OpenAsync(server, "postgres", ct);
        await ExecuteAsync(connection, "drop database if exists %I with (force)", ct, service);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string server, string database, CancellationToken ct)
    {
        var connection = new NpgsqlConnection($"{server};Database={database};Pooling=false");
        await connection.OpenAsync(ct);
        return connection;
    }

    private static async Task EnsureRoleAsync(NpgsqlConnection connection, string role, string password, CancellationToken ct)
    {
        if (!await ExistsAsync(connection, "select exists (select 1 from pg_roles where rolname = $1)", role, ct))
            await ExecuteAsync(connection, "create role %I", ct, role);
        await ExecuteAsync(connection, "alter role %I login password %L", ct, role, password);
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    // Names and passwords cannot be parameters of these statements: the server quotes them.
    private static async Task ExecuteAsync(NpgsqlConnection connection, string format, CancellationToken ct, params string[] values)
    {
        await using var quote = new NpgsqlCommand("select format($1, variadic $2)", connection) { Parameters = { new() { Value = format }, new() { Value = values } } };
        var sql = (string)(await quote.ExecuteScalarAsync(ct))!;
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
