using System.Security.Cryptography;
using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using Npgsql;
using OpenIddict.Server;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>
/// The platform's ES256 keys. They lie encrypted in this service's database, so that all replicas sign and believe the same; the keys
/// for that lie outside it (<c>DataProtection:Folder</c>). Others read the public halves from /.well-known/jwks.json. OpenIddict is told
/// of each change, and goes on without a restart.
/// </summary>
internal sealed partial class SigningKeyRing(ServiceDatabase database, SigningKeys publicKeys, IDataProtectionProvider protection, TimeProvider clock, ILogger<SigningKeyRing> logger)
    : IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>, IDisposable
{
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(15);

    // Public keys are read once a minute: a younger key than this could sign a token that somebody cannot check yet.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(90);

    private readonly IDataProtector _protector = protection.CreateProtector("signing-key");
    private volatile IReadOnlyList<(ECDsaSecurityKey Key, DateTimeOffset CreatedAt)> _keys = [];
    private CancellationTokenSource _changed = new();

    public string? Name => Options.DefaultName;

    /// <summary>The youngest key that is settled; at the very beginning the only one.</summary>
    public SigningCredentials Current
    {
        get
        {
            var (keys, settled) = (_keys, clock.GetUtcNow() - Settling);
            return Credentials(keys.FirstOrDefault(candidate => candidate.CreatedAt <= settled, keys[^1]).Key);
        }
    }

    public void Configure(OpenIddictServerOptions options) => options.SigningCredentials.AddRange(_keys.Select(key => Credentials(key.Key)));

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

    /// <summary>Makes the first key where there is none, or none that can be read. Replicas that start together agree on one.</summary>
    public async Task EnsureKeyAsync(CancellationToken ct)
    {
        await AddKeyAsync("where not exists (select 1 from signing_key)", ct);
        if (_keys.Count == 0)
            await RotateAsync(ct);
    }

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
            command.Parameters.AddWithValue(now - Settling - TokenLifetime - TimeSpan.FromHours(1));
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
        var keys = new List<(ECDsaSecurityKey Key, DateTimeOffset)>();
        await using var command = database.DataSource.CreateCommand("select kid, protected_key, created_at from signing_key order by created_at desc, kid");
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var kid = reader.GetString(0);
            var known = _keys.FirstOrDefault(key => key.Key.KeyId == kid);
            if (known.Key is not null)
                keys.Add(known);
            else if (Read(kid, await reader.GetFieldValueAsync<byte[]>(1, ct)) is { } key)
                keys.Add((key, await reader.GetFieldValueAsync<DateTimeOffset>(2, ct)));
        }

        // Until another one is made, the known ones go on.
        if (keys.Count == 0)
            return;

        var isChanged = !keys.Select(key => key.Key.KeyId).SequenceEqual(_keys.Select(key => key.Key.KeyId), StringComparer.Ordinal);
        _keys = keys;
        publicKeys.Set(keys.Select(key => key.Key));
        if (isChanged)
        {
            using var before = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            await before.CancelAsync();
        }
    }

    public IEnumerable<RotateSigningKey.Response> Describe()
    {
        var signing = Current.Key.KeyId;
        return _keys.Select(key => new RotateSigningKey.Response(key.Key.KeyId, key.CreatedAt, key.Key.KeyId == signing));
    }

    public void Dispose() => _changed.Dispose();

    private static SigningCredentials Credentials(ECDsaSecurityKey key) => new(key, SecurityAlgorithms.EcdsaSha256);

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
            await using var insert = new NpgsqlCommand($"insert into signing_key (kid, protected_key, created_at) select $1, $2, $3 {condition}", connection, transaction);
            insert.Parameters.AddWithValue(kid.ToString("N"));
            insert.Parameters.AddWithValue(_protector.Protect(candidate.ExportPkcs8PrivateKey()));
            insert.Parameters.AddWithValue(now);
            if (await insert.ExecuteNonQueryAsync(ct) > 0)
                await transaction.AuditAsync("signing-key", kid, 1, NodePath.Root, "membership.signing-key-added", null, null, now, ct);
            await transaction.CommitAsync(ct);
        }

        await LoadAsync(ct);
    }

    /// <summary>Null where the keys that it was encrypted with are lost: then another one signs.</summary>
    private ECDsaSecurityKey? Read(string kid, byte[] stored)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(_protector.Unprotect(stored), out _);
            return new ECDsaSecurityKey(key) { KeyId = kid };
        }
        catch (CryptographicException e)
        {
            Log.Unreadable(logger, kid, e.Message);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1102, LogLevel.Warning, "The signing key {KeyId} cannot be decrypted ({Reason}); is DataProtection:Folder the one that it was made with?")]
        public static partial void Unreadable(ILogger logger, string keyId, string reason);
    }
}
