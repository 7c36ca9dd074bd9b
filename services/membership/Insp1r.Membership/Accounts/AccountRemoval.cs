using Insp1r.Membership.Data;
using Insp1r.Membership.Persons;
using Insp1r.Messaging.Retention;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>What goes of accounts that are no longer needed: also out of the audit trail, which says so.</summary>
internal static class AccountRemoval
{
    public static readonly Removal Closed = new(
        "select min(closed_at) from account where email is not null",
        (services, before, ct) => EraseAsync(
            services,
            $"select a.*, a.xmin from account a where a.closed_at < {before} and a.email is not null order by a.id limit 100 for update", isWhole: false, ct));

    public static readonly Removal Invited = new(
        "select min(invited_at) from account",
        (services, before, ct) => EraseAsync(
            services, $"select a.*, a.xmin from account a where a.invited_at < {before} order by a.id limit 100 for update", isWhole: true, ct));

    /// <param name="isWhole">Nobody ever signed in: not even that there was one stays.</param>
    private static async Task<long> EraseAsync(IServiceProvider services, FormattableString due, bool isWhole, CancellationToken ct)
    {
        var db = services.GetRequiredService<MembershipDb>();
        var erasure = services.GetRequiredService<AccountErasure>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var accounts = await db.Accounts.FromSql(due).ToListAsync(ct);
        foreach (var account in accounts)
        {
            await erasure.EraseAsync(account, ErasureReason.NoLongerNeeded, "system", ct);
            if (isWhole)
                db.Remove(account);
        }

        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return accounts.Count;
    }
}
