using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Npgsql;

namespace Insp1r.Messaging.Operations;

/// <summary>What an operator does to the log, to queues or by hand, the trail tells too: under the root, for stewards of the whole network.</summary>
internal static class OperatorsDeeds
{
    /// <summary>Tells it in the transaction of the deed, and commits both.</summary>
    public static async Task NoteAsync(
        this ServiceDatabase database, NpgsqlTransaction transaction, string subject, string action, object? how, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await transaction.AuditAsync(subject, Guid.CreateVersion7(now), 1, NodePath.Root, $"{database.Service}.{subject}-{action}", null, how, now, ct);
        await transaction.CommitAsync(ct);
    }

    /// <summary>Tells it beforehand, where the deed can be in no transaction.</summary>
    public static async Task NoteAsync(this ServiceDatabase database, string subject, string action, object? how, TimeProvider clock, CancellationToken ct)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await database.NoteAsync(transaction, subject, action, how, clock, ct);
    }
}
