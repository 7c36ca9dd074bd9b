using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Insp1r.Messaging.Log;

/// <summary>
/// A transaction for a handler that needs more than one statement: its own, or the one that it finds open (a request with an
/// Idempotency-Key runs in one), which whoever opened it will commit.
/// </summary>
public sealed class JoinedTransaction : IAsyncDisposable
{
    private readonly IDbContextTransaction? _own;

    internal JoinedTransaction(IDbContextTransaction? own) => _own = own;

    public Task CommitAsync(CancellationToken ct) => _own?.CommitAsync(ct) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public static class JoinedTransactions
{
    public static async Task<JoinedTransaction> JoinTransactionAsync(this DbContext db, CancellationToken ct) =>
        new(db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(ct) : null);
}
