using Insp1r.ServiceDefaults.Access;

namespace Insp1r.Membership.Access;

/// <summary>
/// Keeps <see cref="WithdrawnAccess"/> here, where it comes from, and tells it to the other services: at each change, and every 15
/// seconds for what another replica changed.
/// </summary>
internal sealed class WithdrawnAccessList(WithdrawnAccess withdrawn, ClientStore clients, TimeProvider clock) : IDisposable
{
    // A token that was issued just before the change lives so long; clocks may differ by half a minute.
    private static readonly TimeSpan Memory = TokenSigning.Lifetime + TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task LoadAsync(CancellationToken ct)
    {
        // One after the other: what was read first must not be set last.
        await _one.WaitAsync(ct);
        try
        {
            withdrawn.Set(await clients.ReadWithdrawnAsync(clock.GetUtcNow() - Memory, ct));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
