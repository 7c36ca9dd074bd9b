using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Persons;

/// <summary>At the start: who is back from a backup although they were erased is erased again.</summary>
internal sealed partial class RepeatedErasures(
    MembershipDb db, ErasureRegister register, PersonErasure erasure, AccountAccess access, ILogger<RepeatedErasures> logger)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var noted = await register.ReadAsync(ct);
        Guid[] ids = [.. noted.Keys];
        // A process that died after the commit noted nothing.
        foreach (var person in await db.Persons.AsNoTracking().Where(p => p.ErasedAt != null && !ids.Contains(p.Id)).ToListAsync(ct))
            await register.NoteAsync(person.Id, person.ErasureReason!.Value);
        foreach (var id in await db.Persons.Where(p => p.ErasedAt == null && ids.Contains(p.Id)).Select(p => p.Id).ToListAsync(ct))
            await EraseAsync(id, noted[id], ct);
    }

    private async Task EraseAsync(Guid id, ErasureReason reason, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Another replica may have been faster.
        if (await db.LockPersonAsync(id, ct) is not { ErasedAt: null } person)
            return;

        await erasure.EraseAsync(person, reason, "system", ct);
        await transaction.CommitAsync(ct);
        await access.TellAsync(ct);
        Log.ErasedAgain(logger, id);
    }

    private static partial class Log
    {
        [LoggerMessage(312, LogLevel.Warning, "Person {Id} was erased again: the database is from before that erasure")]
        public static partial void ErasedAgain(ILogger logger, Guid id);
    }
}
