using Insp1r.Advocacy.Data;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Advocacy.Outcomes;

internal static class OutcomeLock
{
    /// <summary>
    /// Submissions and verdicts of one outcome happen one after the other, each seeing what the one before it left: two networks
    /// that agree at the same moment are counted as two. Call it in a transaction, before the outcome is read.
    /// </summary>
    public static Task LockOutcomeAsync(this AdvocacyDb db, Guid id, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select 1 from outcome where id = {id} for update", ct);
}
