using Insp1r.Membership.Access.Tokens;
using Insp1r.Messaging;
using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Access;

/// <summary>
/// Keeps <see cref="WithdrawnAccess"/> here, where it comes from, and tells it to the other services: at each change, and every 15
/// seconds for what another replica changed.
/// </summary>
internal sealed class WithdrawnAccessList(WithdrawnAccess withdrawn, ServiceDatabase database, TimeProvider clock) : IDisposable
{
    // A token that was issued just before the change lives so long; clocks may differ by half a minute.
    private static readonly TimeSpan Memory = SigningKeyRing.TokenLifetime + TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task LoadAsync(CancellationToken ct)
    {
        // One after the other: what was read first must not be set last.
        await _one.WaitAsync(ct);
        try
        {
            withdrawn.Set(await ReadAsync(clock.GetUtcNow() - Memory, ct));
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>By client and account, the access version below which a token is not to be believed: of all that changed since.</summary>
    private async Task<Dictionary<string, int>> ReadAsync(DateTimeOffset since, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            select client_id, access_version from client where access_changed_at > $1
            union all select id::text, access_version from account where access_changed_at > $1
            """);
        command.Parameters.AddWithValue(since);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var least = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
            least[reader.GetString(0)] = reader.GetInt32(1);
        return least;
    }

    public void Dispose() => _one.Dispose();
}
