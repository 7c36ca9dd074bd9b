using System.Diagnostics;
using System.Text.Json;
using Insp1r.Contracts;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Messaging.Log;

/// <summary>The DbContext of a service with a change log.</summary>
public abstract class LogDbContext : DbContext
{
    protected LogDbContext(DbContextOptions options) : base(options)
    {
        // A savepoint in front of every save costs a round trip, and its subtransaction id nobody needs.
#pragma warning disable MA0056 // No service overrides Database.
        Database.AutoSavepointsEnabled = false;
#pragma warning restore MA0056
    }

    /// <summary>Says in the log what happened; it is committed with the change itself, by the same SaveChanges.</summary>
    public void Append<TEvent>(TEvent happened, DateTimeOffset at) where TEvent : class, IEvent
    {
        var type = EventTypes.Of(happened.GetType());
        Add(new ChangeLogRow
        {
            Id = Guid.CreateVersion7(at),
            Type = type.Name,
            Subject = type.Subject,
            SubjectId = happened.SubjectId,
            SubjectVersion = happened.SubjectVersion,
            Node = happened.Node,
            Visibility = type.Internal ? "internal" : "feed",
            Payload = JsonSerializer.Serialize(happened, happened.GetType(), JsonDefaults.Options),
            TraceParent = Activity.Current?.Id,
            OccurredAt = at,
        });
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ChangeLogRow>(row =>
        {
            // The table's key is (tx_id, seq), which the database gives; here rows are only added.
            row.ToTable("change_log", table => table.ExcludeFromMigrations());
            row.HasKey(r => r.Id);
            row.Property(r => r.Payload).HasColumnType("json");
        });
        base.OnModelCreating(modelBuilder);
        modelBuilder.UseSnakeCase();
    }

    private sealed class ChangeLogRow
    {
        public required Guid Id { get; init; }
        public required string Type { get; init; }
        public required string Subject { get; init; }
        public required Guid SubjectId { get; init; }
        public required int SubjectVersion { get; init; }
        public required string Node { get; init; }
        public required string Visibility { get; init; }
        public required string Payload { get; init; }
        public string? TraceParent { get; init; }
        public required DateTimeOffset OccurredAt { get; init; }
    }
}
