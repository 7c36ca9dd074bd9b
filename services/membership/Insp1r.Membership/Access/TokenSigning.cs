using System.Security.Cryptography;
using Insp1r.Messaging;
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

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private volatile IReadOnlyList<(ECDsaSecurityKey Key, DateTimeOffset CreatedAt)> _keys = [];

    public IEnumerable<ECDsaSecurityKey> Keys => _keys.Select(key => key.Key);

    /// <summary>Makes the first key where there is none. Replicas that start together agree on one.</summary>
    public async Task EnsureKeyAsync(CancellationToken ct)
    {
        using var candidate = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using (var command = database.DataSource.CreateCommand("""
            with locked as materialized (select pg_advisory_xact_lock(7308604))
            insert into signing_key (kid, private_key, created_at)
            select $1, $2, $3 from locked where not exists (select 1 from signing_key)
            """))
        {
            command.Parameters.AddWithValue(Guid.CreateVersion7(clock.GetUtcNow()).ToString("N"));
            command.Parameters.AddWithValue(candidate.ExportPkcs8PrivateKey());
            command.Parameters.AddWithValue(clock.GetUtcNow());
            await command.ExecuteNonQueryAsync(ct);
        }

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

    /// <summary>An access token (RFC 9068) for a client with these grants and scopes.</summary>
    public string Issue(string clientId, IEnumerable<string> grants, IEnumerable<string> scopes)
    {
        var now = clock.GetUtcNow();
        var keys = _keys;
        var key = keys.FirstOrDefault(candidate => candidate.CreatedAt <= now - Settling, keys[^1]).Key;
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Issuer = authority.Value.Issuer,
            Audience = AuthorityOptions.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = clientId,
                ["jti"] = Guid.CreateVersion7(now).ToString("N"),
                [Claims.ClientId] = clientId,
                [Claims.Scope] = string.Join(' ', scopes),
                [Claims.Grants] = grants.ToArray(),
            },
        });
    }

    private static ECDsaSecurityKey Import(string kid, byte[] pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new ECDsaSecurityKey(key) { KeyId = kid };
    }
}

/// <summary>Reads the keys once a minute, as every other service does.</summary>
internal sealed partial class TokenSigningRefresh(TokenSigning signing, TimeProvider clock, ILogger<TokenSigningRefresh> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMinutes(1), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await signing.LoadAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException)
            {
                if (!stoppingToken.IsCancellationRequested)
                    Log.KeptKeys(logger, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Warning, "The signing keys could not be read again ({Reason}); the known ones stay in use")]
        public static partial void KeptKeys(ILogger logger, string reason);
    }
}
