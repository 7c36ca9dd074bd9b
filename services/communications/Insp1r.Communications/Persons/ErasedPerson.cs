using Insp1r.Communications.Data;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Communications.Persons;

/// <summary>A person who was erased: nothing of theirs is taken in again.</summary>
internal sealed class ErasedPerson
{
    public required Guid Id { get; init; }
    public required int Version { get; init; }
    public required DateTimeOffset ErasedAt { get; init; }
}

internal static class PersonLock
{
    /// <summary>Held to the end of the transaction: who records something of a person shares it, who erases them has it alone.</summary>
    public static Task LockPersonAsync(this CommunicationsDb db, Guid person, bool shared, CancellationToken ct)
    {
        var key = $"person {person}";
        return shared
            ? db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock_shared(hashtextextended({key}, 8714))", ct)
            : db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({key}, 8714))", ct);
    }
}
