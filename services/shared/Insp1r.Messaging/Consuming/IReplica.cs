using Insp1r.Contracts;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Messaging.Consuming;

/// <summary>
/// Keeps this service's copy of another's records. It gets the newest event of each subject, sorted by id, and upserts them in one
/// statement guarded by version (<c>... do update ... where replica.version &lt; excluded.version</c>): idempotent, and free of order.
/// </summary>
public interface IReplica<TEvent> where TEvent : class, IEvent
{
    /// <returns>The rows that changed; the others were not news.</returns>
    static abstract Task<int> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<TEvent> events, CancellationToken ct);
}

/// <summary>
/// Does something once for each event. It runs in a transaction that the inbox guards, and is saved with it; what goes to the
/// outside is stored as an intention and done by a worker.
/// </summary>
public interface IEffect<TDb, TEvent> where TDb : DbContext where TEvent : class, IEvent
{
    Task HandleAsync(Received<TEvent> received, TDb db, CancellationToken ct);
}
