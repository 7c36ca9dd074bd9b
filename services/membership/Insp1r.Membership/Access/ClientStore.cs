using Insp1r.Membership.Access.Clients;
using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Membership.Access;

/// <summary>
/// An API client: a national network's system, or an app. Its grants say at which nodes it has which role. <paramref name="Id"/> names
/// it in the audit trail.
/// </summary>
internal sealed record ApiClient(
    Guid Id, string ClientId, string Description, string[] Grants, string[] Scopes, DateTimeOffset CreatedAt, string CreatedBy,
    DateTimeOffset? RevokedAt = null, int Version = 1, int AccessVersion = 1)
{
    /// <summary>True where the caller is a steward of every node that the client has a grant at.</summary>
    public bool IsIn(Caller caller) => Grants.All(text => Grant.TryParse(text, out var grant) && caller.May(Role.Steward, grant.Node));

    /// <summary>The lowest node that all its grants lie at or below: that node's stewards look after it.</summary>
    public string Node
    {
        get
        {
            var nodes = Grants.Select(text => Grant.TryParse(text, out var grant) ? grant.Node : NodePath.Root).ToArray();
            return nodes.Length == 0 ? NodePath.Root : NodePath.SelfAndAncestors(nodes[0]).First(above => nodes.All(node => NodePath.Covers(above, node)));
        }
    }
}

/// <summary>
/// The clients and their secrets. What a change means for tokens that are out already, it notes in the same statement; who made it, in
/// the same transaction.
/// </summary>
internal sealed class ClientStore(ServiceDatabase database, LogSignal signal)
{
    private const string Columns = "id, client_id, description, grants, scopes, created_at, created_by, revoked_at, version, access_version";

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
        var current = RandomSecret.Matches(secret, found ? await reader.GetFieldValueAsync<byte[]>(10, ct) : null);
        var previous = RandomSecret.Matches(secret, found && !await reader.IsDBNullAsync(11, ct) ? await reader.GetFieldValueAsync<byte[]>(11, ct) : null);
        return current || previous ? Read(reader) : null;
    }

    /// <returns>False where the id is taken.</returns>
    public async Task<bool> AddAsync(ApiClient client, string secret, CancellationToken ct) =>
        await ChangeAsync(client.ClientId, "membership.client-added", client.CreatedAt, $"""
            insert into api_client (client_id, created_at, id, secret_hash, description, grants, scopes, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
            returning {Columns}
            """, ct, Values(client, secret)) is not null;

    /// <summary>Adds a client, or gives the one there is this secret; one that was revoked stays so.</summary>
    public Task PutAsync(ApiClient client, string secret, CancellationToken ct) =>
        ChangeAsync(client.ClientId, "membership.client-put", client.CreatedAt, $"""
            insert into api_client (client_id, created_at, id, secret_hash, description, grants, scopes, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (client_id) do update set secret_hash = excluded.secret_hash
            where api_client.revoked_at is null and api_client.secret_hash <> excluded.secret_hash
            returning {Columns}
            """, ct, Values(client, secret));

    /// <summary>Changes description, grants and scopes. Null where the client is no longer at this version.</summary>
    public Task<ApiClient?> ChangeAsync(ApiClient client, DateTimeOffset at, CancellationToken ct) =>
        ChangeAsync(client.ClientId, "membership.client-changed", at, $"""
            update api_client set description = $4, grants = $5, scopes = $6, version = version + 1,
              access_version = access_version + case when (grants, scopes) is distinct from ($5, $6) then 1 else 0 end,
              access_changed_at = case when (grants, scopes) is distinct from ($5, $6) then $2 else access_changed_at end
            where client_id = $1 and version = $3 and revoked_at is null
            returning {Columns}
            """, ct, Value(client.Version), Value(client.Description), Value(client.Grants), Value(client.Scopes));

    /// <summary>
    /// Gives the client this secret; the one before counts until <paramref name="previousUntil"/>. Where that is null it counts no
    /// more, and neither do the tokens that were issued for it. Null where the client is revoked.
    /// </summary>
    public Task<ApiClient?> RotateAsync(string clientId, string secret, DateTimeOffset? previousUntil, DateTimeOffset at, CancellationToken ct) =>
        ChangeAsync(clientId, "membership.client-secret-rotated", at, $"""
            update api_client set secret_hash = $3, previous_secret_hash = case when $4::timestamptz is null then null else secret_hash end,
              previous_secret_until = $4, version = version + 1,
              access_version = access_version + case when $4 is null then 1 else 0 end,
              access_changed_at = case when $4 is null then $2 else access_changed_at end
            where client_id = $1 and revoked_at is null
            returning {Columns}
            """, ct, Value(RandomSecret.Hash(secret)), new NpgsqlParameter { Value = (object?)previousUntil ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });

    /// <summary>Ends the client for good. A second time changes nothing.</summary>
    public async Task<ApiClient?> RevokeAsync(string clientId, DateTimeOffset at, CancellationToken ct) =>
        await ChangeAsync(clientId, "membership.client-revoked", at, $"""
            update api_client set revoked_at = $2, previous_secret_hash = null, previous_secret_until = null,
              version = version + 1, access_version = access_version + 1, access_changed_at = $2
            where client_id = $1 and revoked_at is null
            returning {Columns}
            """, ct) ?? await FindAsync(clientId, ct);

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

    /// <summary>Runs the statement, whose $1 is the client's id and $2 the time, and notes what it changed; null where it changed nothing.</summary>
    private async Task<ApiClient?> ChangeAsync(string clientId, string action, DateTimeOffset at, string sql, CancellationToken ct, params NpgsqlParameter[] values)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        ApiClient? before, after;
        await using (var find = new NpgsqlCommand($"select {Columns} from api_client where client_id = $1 for update", connection, transaction))
        {
            find.Parameters.AddWithValue(clientId);
            before = await ReadOneAsync(find, ct);
        }

        await using (var change = new NpgsqlCommand(sql, connection, transaction))
        {
            change.Parameters.AddWithValue(clientId);
            change.Parameters.AddWithValue(at);
            change.Parameters.AddRange(values);
            after = await ReadOneAsync(change, ct);
        }

        if (after is null)
            return null;

        await transaction.AuditAsync(
            "client", after.Id, after.Version, after.Node, action, before is null ? null : ClientResponse.Of(before), ClientResponse.Of(after), at, ct);
        await transaction.CommitAsync(ct);
        signal.Raise();
        return after;
    }

    private static NpgsqlParameter[] Values(ApiClient client, string secret) =>
        [Value(client.Id), Value(RandomSecret.Hash(secret)), Value(client.Description), Value(client.Grants), Value(client.Scopes), Value(client.CreatedBy)];

    private static NpgsqlParameter Value<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    private static async Task<ApiClient?> ReadOneAsync(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Read(reader) : null;
    }

    private static ApiClient Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<string[]>(4),
        reader.GetFieldValue<DateTimeOffset>(5), reader.GetString(6), reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
        reader.GetInt32(8), reader.GetInt32(9));
}
