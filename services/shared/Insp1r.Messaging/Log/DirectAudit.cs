using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Messaging.Log;

/// <summary>The same as <see cref="LogDbContext.Audit"/> for changes that are SQL beside Entity Framework.</summary>
public static class DirectAudit
{
    /// <summary>Adds the row in the transaction of the change.</summary>
    public static async Task AuditAsync(
        this NpgsqlTransaction transaction, string subject, Guid id, int version, string node, string action, object? before, object? after,
        DateTimeOffset at, CancellationToken ct)
    {
        var row = ChangeLogRow.OfAudit(subject, id, version, node, action, before, after, at, reason: null, personal: false);
        await using var command = new NpgsqlCommand("""
            insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, actor, app, origin, reason, trace_parent, occurred_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            """, transaction.Connection, transaction);
        command.Parameters.AddWithValue(row.Id);
        command.Parameters.AddWithValue(row.Type);
        command.Parameters.AddWithValue(row.Subject);
        command.Parameters.AddWithValue(row.SubjectId);
        command.Parameters.AddWithValue(row.SubjectVersion);
        command.Parameters.AddWithValue(row.Node);
        command.Parameters.AddWithValue(row.Visibility);
        command.Parameters.AddWithValue(NpgsqlDbType.Json, row.Payload);
        command.Parameters.AddWithValue(row.Actor);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)row.App ?? DBNull.Value);
        command.Parameters.AddWithValue(row.Origin);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)row.Reason ?? DBNull.Value);
        command.Parameters.AddWithValue(NpgsqlDbType.Text, (object?)row.TraceParent ?? DBNull.Value);
        command.Parameters.AddWithValue(row.OccurredAt);
        await command.ExecuteNonQueryAsync(ct);
    }
}
