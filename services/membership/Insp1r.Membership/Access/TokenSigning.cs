using System.Security.Cryptography;
using Insp1r.Membership.Accounts;
using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace Insp1r.Membership.Access;

/// <summary>
/// The platform's ES256 keys. They are in this service's database, so that all replicas sign and believe the same; others read
/// the public halves from /.well-known/jwks.json.
/// </summary>
internal sealed class TokenSigning(ServiceDatabase database, SigningKeys publicKeys, IOptions<AuthorityOptions> authority, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    // Public keys are read once a minute: a younger key than this could sign a token that somebody cannot check yet.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(90);

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private volatile IReadOnlyList<(ECDsaSecurityKey Key, DateTimeOffset CreatedAt)> _keys = [];

    public IEnumerable<ECDsaSecurityKey> Keys => _keys.Select(key => key.Key);

    /// <summary>Makes the first key where there is none. Replicas that start together agree on one.</summary>
    public Task EnsureKeyAsync(CancellationToken ct) => AddKeyAsync("where not exists (select 1 from signing_key)", ct);

    /// <summary>
    /// Adds a key. It signs once every service has had the time to read it; the one before goes when no token of it can live any more.
    /// Two replicas, or two operators, that think of it at once make one.
    /// </summary>
    public Task RotateAsync(CancellationToken ct) =>
        AddKeyAsync("where not exists (select 1 from signing_key where created_at > $3 - interval '1 minute')", ct);

    /// <summary>A new key where the youngest is old; and keys that have not signed for an hour go.</summary>
    public async Task LookAfterKeysAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_keys.Count > 0 && _keys[0].CreatedAt < now - MaxAge)
            await RotateAsync(ct);

        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var gone = new List<string>();
        await using (var command = new NpgsqlCommand("""
            delete from signing_key where created_at < (
              select created_at from signing_key where created_at <= $1 order by created_at desc, kid limit 1)
            returning kid
            """, connection, transaction))
        {
            command.Parameters.AddWithValue(now - Settling - Lifetime - TimeSpan.FromHours(1));
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
                gone.Add(reader.GetString(0));
        }

        foreach (var kid in gone)
            await transaction.AuditAsync("signing-key", Guid.Parse(kid), 2, NodePath.Root, "membership.signing-key-removed", null, null, now, ct);
        await transaction.CommitAsync(ct);
        if (gone.Count > 0)
            await LoadAsync(ct);
    }

    /// <summary>Reads the keys again; another replica may have added one.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        var keys = new List<(ECDsaSecurityKey, DateTimeOffset)>();
        await using var command = database.DataSource.CreateCommand("select kid, private_key, created_at from signing_key order by created_at desc, kid");
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var kid = reader.GetString(0);
            var known = _keys.FirstOrDefault(key => key.Key.KeyId == kid);
            keys.Add(known.Key is not null ? known : (Import(kid, await reader.GetFieldValueAsync<byte[]>(1, ct)), await reader.GetFieldValueAsync<DateTimeOffset>(2, ct)));
        }

        _keys = keys;
        publicKeys.Set(keys.Select(key => key.Item1));
    }

    /// <summary>
    /// An access token (RFC 9068) for a subject (a client, or a person's account that uses <paramref name="app"/>) with these grants and
    /// scopes, as of this version of its access.
    /// </summary>
    public string Issue(string subject, string app, IEnumerable<string> grants, IEnumerable<string> scopes, int accessVersion, DateTimeOffset expires) =>
        Sign("at+jwt", AuthorityOptions.Audience, expires, new(StringComparer.Ordinal)
        {
            [Claims.Subject] = subject,
            ["jti"] = Guid.NewGuid().ToString("N"),
            [Claims.ClientId] = app,
            [Claims.Scope] = string.Join(' ', scopes),
            [Claims.Grants] = grants.ToArray(),
            [Claims.AccessVersion] = accessVersion,
        });

    /// <summary>An id token (OpenID Connect): tells an app which account signed in, when and how. It opens nothing here.</summary>
    public string IssueIdToken(string subject, AccountSession session, string? nonce)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [Claims.Subject] = subject,
            ["auth_time"] = session.SignedInAt.ToUnixTimeSeconds(),
        };
        // Another provider knows what it saw; all that is known here of it is whether that was enough.
        string[] methods = session switch
        {
            { Provider: null, SecondFactor: true } => ["pwd", "otp", "mfa"],
            { Provider: null } => ["pwd"],
            { SecondFactor: true } => ["mfa"],
            _ => [],
        };
        if (methods.Length > 0)
            claims["amr"] = methods;
        if (nonce is not null)
            claims["nonce"] = nonce;
        return Sign("JWT", session.App!, clock.GetUtcNow() + Lifetime, claims);
    }

    private string Sign(string type, string audience, DateTimeOffset expires, Dictionary<string, object> claims)
    {
        var now = clock.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = type,
            Issuer = authority.Value.Issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = expires.UtcDateTime,
            SigningCredentials = new SigningCredentials(SigningKey(now).Key, SecurityAlgorithms.EcdsaSha256),
            Claims = claims,
        });
    }

    public IEnumerable<RotateSigningKey.Response> Describe()
    {
        var signing = SigningKey(clock.GetUtcNow()).Key.KeyId;
        return _keys.Select(key => new RotateSigningKey.Response(key.Key.KeyId, key.CreatedAt, key.Key.KeyId == signing));
    }

    // The youngest that is settled; at the very beginning the only one.
    private (ECDsaSecurityKey Key, DateTimeOffset CreatedAt) SigningKey(DateTimeOffset now)
    {
        var keys = _keys;
        return keys.FirstOrDefault(candidate => candidate.CreatedAt <= now - Settling, keys[^1]);
    }

    private async Task AddKeyAsync(string condition, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        using var candidate = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Guid.CreateVersion7(now);
        await using (var connection = await database.DataSource.OpenConnectionAsync(ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(ct);
            // Two statements: one alone would look for a key as the table was before the lock.
            await using (var take = new NpgsqlCommand("select pg_advisory_xact_lock(7308604)", connection, transaction))
                await take.ExecuteNonQueryAsync(ct);
            await using var insert = new NpgsqlCommand($"insert into signing_key (kid, private_key, created_at) select $1, $2, $3 {condition}", connection, transaction);
            insert.Parameters.AddWithValue(kid.ToString("N"));
            insert.Parameters.AddWithValue(candidate.ExportPkcs8PrivateKey());
            insert.Parameters.AddWithValue(now);
            if (await insert.ExecuteNonQueryAsync(ct) > 0)
                await transaction.AuditAsync("signing-key", kid, 1, NodePath.Root, "membership.signing-key-added", null, null, now, ct);
            await transaction.CommitAsync(ct);
        }

        await LoadAsync(ct);
    }

    private static ECDsaSecurityKey Import(string kid, byte[] pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new ECDsaSecurityKey(key) { KeyId = kid };
    }
}
