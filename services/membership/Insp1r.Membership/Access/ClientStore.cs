using Insp1r.Messaging;
using Npgsql;

namespace Insp1r.Membership.Access;

/// <summary>An API client: a national network's system, or an app. Its grants say at which nodes it has which role.</summary>
internal sealed record ApiClient(string ClientId, string Description, string[] Grants, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RevokedAt);

internal sealed class ClientStore(ServiceDatabase database)
{
    private const string Columns = "client_id, description, grants, scopes, created_at, created_by, revoked_at";

    /// <summary>The client, if the secret is its own and it is not revoked.</summary>
    public async Task<ApiClient?> AuthenticateAsync(string clientId, string secret, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"select {Columns}, secret_hash from api_client where client_id = $1 and revoked_at is null");
        command.Parameters.AddWithValue(clientId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = await reader.ReadAsync(ct);
        var matches = ClientSecret.Matches(secret, found ? await reader.GetFieldValueAsync<byte[]>(7, ct) : null);
        return matches ? Read(reader) : null;
    }

    /// <returns>False where the id is taken.</returns>
    public async Task<bool> AddAsync(ApiClient client, string secret, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"""
            insert into api_client (client_id, secret_hash, description, grants, scopes, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
            """);
        AddParameters(command, client, secret);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <summary>Adds a client or brings it to this state.</summary>
    public async Task PutAsync(ApiClient client, string secret, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            insert into api_client (client_id, secret_hash, description, grants, scopes, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (client_id) do update set secret_hash = excluded.secret_hash, description = excluded.description,
              grants = excluded.grants, scopes = excluded.scopes, revoked_at = null
            """);
        AddParameters(command, client, secret);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<List<ApiClient>> ListAsync(string after, int limit, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"select {Columns} from api_client where client_id > $1 order by client_id limit $2");
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(limit);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var clients = new List<ApiClient>();
        while (await reader.ReadAsync(ct))
            clients.Add(Read(reader));
        return clients;
    }

    public async Task<ApiClient?> FindAsync(string clientId, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"select {Columns} from api_client where client_id = $1");
        command.Parameters.AddWithValue(clientId);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    public async Task RevokeAsync(string clientId, DateTimeOffset at, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("update api_client set revoked_at = coalesce(revoked_at, $2) where client_id = $1");
        command.Parameters.AddWithValue(clientId);
        command.Parameters.AddWithValue(at);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static void AddParameters(NpgsqlCommand command, ApiClient client, string secret)
    {
        command.Parameters.AddWithValue(client.ClientId);
        command.Parameters.AddWithValue(ClientSecret.Hash(secret));
        command.Parameters.AddWithValue(client.Description);
        command.Parameters.AddWithValue(client.Grants);
        command.Parameters.AddWithValue(client.Scopes);
        command.Parameters.AddWithValue(client.CreatedAt);
        command.Parameters.AddWithValue(client.CreatedBy);
    }

    private static ApiClient Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<string[]>(3),
        reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6));
}
