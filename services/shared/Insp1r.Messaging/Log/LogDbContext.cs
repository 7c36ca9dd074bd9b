using Insp1r.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Messaging.Log;

/// <summary>The DbContext of a service with a change log.</summary>
public abstract class LogDbContext : DbContext
{
    private readonly List<(Guid Transaction, Func<Task> Work)> _afterCommit = [];

    protected LogDbContext(DbContextOptions options) : base(options)
    {
        // A savepoint in front of every save costs a round trip, and its subtransaction id nobody needs.
#pragma warning disable MA0056 // No service overrides Database.
        Database.AutoSavepointsEnabled = false;
#pragma warning restore MA0056
    }

    /// <summary>
    /// Says in the log what happened; it is committed with the change itself, by the same SaveChanges.
    /// </summary>
    /// <param name="record">The whole record as it now is, where the event tells only a part: for the audit trail alone. Nothing about a person.</param>
    /// <param name="reason">Why, where the change itself says so; else it is what the request's Change-Reason says.</param>
    public void Append<TEvent>(TEvent happened, DateTimeOffset at, object? record = null, string? reason = null) where TEvent : class, IEvent =>
        Add(ChangeLogRow.Of(happened, at, record, reason));

    /// <summary>
    /// Says in the log what was changed where no event tells it: for the audit trail alone, never for the broker or a feed.
    /// </summary>
    /// <param name="subject">The kind of record, such as client.</param>
    /// <param name="version">The record's version after the change.</param>
    /// <param name="node">The path of the node that owns the record: its stewards read the trail.</param>
    /// <param name="action">The service and what was done, such as <c>membership.client-revoked</c>.</param>
    /// <param name="before">What the record was, or null; written as the API writes it. Never a secret.</param>
    /// <param name="after">What it is now, or null.</param>
    /// <param name="reason">Why, where the change itself says so; else it is what the request's Change-Reason says.</param>
    /// <param name="personal">True where before, after or the reason may hold a person's data: <see cref="EraseTrailAsync"/> can take them away.</param>
    public void Audit(
        string subject, Guid id, int version, string node, string action, object? before, object? after, DateTimeOffset at, string? reason = null, bool personal = false) =>
        Add(ChangeLogRow.OfAudit(subject, id, version, node, action, before, after, at, reason, personal));

    /// <summary>
    /// Takes before, after and reason out of a subject's personal rows, at once and in the transaction that is open; the trail still
    /// verifies. The same transaction has to tell it by a row of its own for this subject whose type ends in <c>-erased</c> (an event,
    /// or <see cref="Audit"/>) and that has the same <paramref name="at"/>: without one, verification calls the rows changed. Gives the
    /// number of rows.
    /// </summary>
    public Task<int> EraseTrailAsync(string subject, Guid id, DateTimeOffset at, CancellationToken ct) => Database.ExecuteSqlAsync(
        $"update change_log set payload = null, salt = null, erased_at = {at} where subject_id = {id} and subject = {subject} and salt is not null", ct);

    /// <summary>
    /// Does what may only follow a commit: now, or where a transaction is still open (a request with an Idempotency-Key runs in one)
    /// after that one's commit, and never if it is rolled back. If it fails the request fails, and the commit stands.
    /// </summary>
    public Task AfterCommitAsync(Func<Task> work)
    {
        if (Database.CurrentTransaction is not { } transaction)
            return work();

        _afterCommit.Add((transaction.TransactionId, work));
        return Task.CompletedTask;
    }

    internal async Task CommittedAsync(Guid transaction)
    {
        var due = _afterCommit.FindAll(entry => entry.Transaction == transaction);
        // What is left waits for one that was rolled back.
        _afterCommit.Clear();
        foreach (var (_, work) in due)
            await work();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ChangeLogRow>(row =>
        {
            // The table's key is (tx_id, seq), which the database gives; here rows are only added.
            row.ToTable("change_log", table => table.ExcludeFromMigrations());
            row.HasKey(r => r.Id);
            row.Property(r => r.Payload).HasColumnType("json");
            row.Property(r => r.Record).HasColumnType("json");
        });
        base.OnModelCreating(modelBuilder);
        modelBuilder.UseSnakeCase();
    }
}
