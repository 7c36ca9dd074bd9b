using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;
using Npgsql;

namespace Insp1r.Membership.Access;

/// <summary>An API client: a national network's system, or an app. Its grants say at which nodes it has which role.</summary>
internal sealed record ApiClient(
    string ClientId, string Description, string[] Grants, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? RevokedAt = null, int Version = 1, int AccessVersion = 1)
{
    /// <summary>True where the caller is a steward of every node that the client has a grant at.</summary>
    public bool IsIn(Caller caller) => Grants.All(text => Grant.TryParse(text, out var grant) && caller.May(Role.Steward, grant.Node));
}

/// <summary>The clients and their secrets. What a change means for tokens that are out already, it notes in the same statement.</summary>
internal sealed class ClientStore(ServiceDatabase database)
{
    private const string Columns = "client_id, description, grants, scopes, created_at, created_by, revoked_at, version, access_version";

    /// <summary>The client, if the secret is its own (the one before counts until its time is over) and it is not revoked.</summary>
    public async Task<ApiClient?> AuthenticateAsync(string clientId, string secret, DateTimeOffset now, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"""
            select {Columns}, secret_hash, case when previous_secret_until > $2 then previous_secret_hash end
            from api_client where client_id = $1 and revoked_at is null
            """);
        command.Parameters.AddWithValue(clientId);
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = await reader.ReadAsync(ct);
        var current = ClientSecret.Matches(secret, found ? await reader.GetFieldValueAsync<byte[]>(9, ct) : null);
        var previous = ClientSecret.Matches(secret, found && !await reader.IsDBNullAsync(10, ct) ? await reader.GetFieldValueAsync<byte[]>(10, ct) : null);
        return current || previous ? Read(reader) : null;
    }

    /// <returns>False where the id is taken.</returns>
    public async Task<bool> AddAsync(ApiClient client, string secret, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            insert into api_client (client_id, secret_hash, description, grants, scopes, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
            """);
        AddParameters(command, client, secret);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <summary>Adds a client, or gives the one there is this secret; one that was revoked stays so.</summary>
    public async Task PutAsync(ApiClient client, string secret, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            insert into api_client (client_id, secret_hash, description, grants, scopes, created_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (client_id) do update set secret_hash = excluded.secret_hash where api_client.revoked_at is null
            """);
        AddParameters(command, client, secret);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Changes description, grants and scopes. Null where the client is no longer at this version.</summary>
    public async Task<ApiClient?> ChangeAsync(ApiClient client, DateTimeOffset at, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"""
            update api_client set description = $3, grants = $4, scopes = $5, version = version + 1,
              access_version = access_version + case when (grants, scopes) is distinct from ($4, $5) then 1 else 0 end,
              access_changed_at = case when (grants, scopes) is distinct from ($4, $5) then $6 else access_changed_at end
            where client_id = $1 and version = $2 and revoked_at is null
            returning {Columns}
            """);
        command.Parameters.AddWithValue(client.ClientId);
        command.Parameters.AddWithValue(client.Version);
        command.Parameters.AddWithValue(client.Description);
        command.Parameters.AddWithValue(client.Grants);
        command.Parameters.AddWithValue(client.Scopes);
        command.Parameters.AddWithValue(at);
        return await ReadOneAsync(command, ct);
    }

    /// <summary>
    /// Gives the client this secret; the one before counts until <paramref name="previousUntil"/>. Where that is null it counts no
    /// more, and neither do the tokens that were issued for it. Null where the client is revoked.
    /// </summary>
    public async Task<ApiClient?> RotateAsync(string clientId, string secret, DateTimeOffset? previousUntil, DateTimeOffset at, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"""
            update api_client set secret_hash = $2, previous_secret_hash = case when $3::timestamptz is null then null else secret_hash end,
              previous_secret_until = $3, version = version + 1,
              access_version = access_version + case when $3 is null then 1 else 0 end,
              access_changed_at = case when $3 is null then $4 else access_changed_at end
            where client_id = $1 and revoked_at is null
            returning {Columns}
            """);
        command.Parameters.AddWithValue(clientId);
        command.Parameters.AddWithValue(ClientSecret.Hash(secret));
        command.Parameters.AddWithValue(NpgsqlTypes.NpgsqlDbType.TimestampTz, (object?)previousUntil ?? DBNull.Value);
        command.Parameters.AddWithValue(at);
        return await ReadOneAsync(command, ct);
    }

    /// <summary>Ends the client for good. A second time changes nothing.</summary>
    public async Task<ApiClient?> RevokeAsync(string clientId, DateTimeOffset at, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand($"""
            update api_client set revoked_at = coalesce(revoked_at, $2), previous_secret_hash = null, previous_secret_until = null,
              version = version + case when revoked_at is null then 1 else 0 end,
              access_version = access_version + case when revoked_at is null then 1 else 0 end,
              access_changed_at = case when revoked_at is null then $2 else access_changed_at end
            where client_id = $1
            returning {Columns}
            """);
        command.Parameters.AddWithValue(clientId);
        command.Parameters.AddWithValue(at);
        return await ReadOneAsync(command, ct);
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
        return await ReadOneAsync(command, ct);
    }

    /// <summary>By client and account, the access version below which a token is not to be believed: of all that changed since <paramref name="since"/>.</summary>
    public async Task<Dictionary<string, int>> ReadWithdrawnAsync(DateTimeOffset since, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            select client_id, access_version from api_client where access_changed_at > $1
            union all select id::text, access_version from account where access_changed_at > $1
            """);
        command.Parameters.AddWithValue(since);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var least = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            least[reader.GetString(0)] = reader.GetInt32(1);
        return least;
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

    private static async Task<ApiClient?> ReadOneAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    private static ApiClient Read(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<string[]>(3),
        reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
        reader.GetInt32(7), reader.GetInt32(8));
}
