using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Insp1r.Messaging.Log;

/// <summary>Tells the log's readers in this process that there may be something new. A lost signal costs a poll's time, never a row.</summary>
public sealed class LogSignal
{
    /// <summary>Rows were committed, here or in another replica.</summary>
    internal Pulse Any { get; } = new();

    /// <summary>Rows were committed by this process: the other replicas are to be told.</summary>
    internal Pulse Local { get; } = new();

    /// <summary>Call it after committing rows by SQL of your own; commits through Entity Framework raise it by themselves.</summary>
    public void Raise()
    {
        Any.Raise();
        Local.Raise();
    }
}

/// <summary>A counter to wait on: read the version, look, then wait for what came after that version.</summary>
internal sealed class Pulse
{
    private long _version;
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Version => Volatile.Read(ref _version);

    public void Raise()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>Returns once the version is beyond the one seen, or after the timeout.</summary>
    public async Task WaitAsync(long seen, TimeSpan timeout, CancellationToken ct)
    {
        var next = Volatile.Read(ref _next);
        if (Version != seen)
            return;
        await next.Task.WaitAsync(timeout, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
    }
}

/// <summary>After each commit made through Entity Framework raises the signal, and does what waited for it.</summary>
internal sealed class LogSignalInterceptor(LogSignal signal) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (eventData.Context?.Database.CurrentTransaction is null)
            signal.Raise();
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(SavedChanges(eventData, result));

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => signal.Raise();

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        signal.Raise();
        return eventData.Context is LogDbContext db ? db.CommittedAsync(eventData.TransactionId) : Task.CompletedTask;
    }
}
