using Insp1r.Membership.Data;
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
            $"select a.*, a.xmin from account a where a.closed_at < {before} and a.email is not null order by a.id limit 100 for update",
            (_, account, now) => account.Erase(now), ct));

    public static readonly Removal Invited = new(
        "select min(invited_at) from account",
        (services, before, ct) => EraseAsync(
            services,
            $"select a.*, a.xmin from account a where a.invited_at < {before} order by a.id limit 100 for update",
            (db, account, _) => db.Remove(account), ct));

    private static async Task<long> EraseAsync(
        IServiceProvider services, FormattableString due, Action<MembershipDb, Account, DateTimeOffset> erase, CancellationToken ct)
    {
        var db = services.GetRequiredService<MembershipDb>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var accounts = await db.Accounts.FromSql(due).ToListAsync(ct);
        foreach (var account in accounts)
        {
            erase(db, account, now);
            db.Audit("account", account.Id, account.Version, account.Node, "membership.account-erased", null, null, now);
        }

        await db.SaveChangesAsync(ct);
        var ids = accounts.ConvertAll(account => account.Id);
        await db.UserTokens.Where(t => ids.Contains(t.UserId)).ExecuteDeleteAsync(ct);
        await db.UserLogins.Where(l => ids.Contains(l.UserId)).ExecuteDeleteAsync(ct);
        await db.OutgoingMails.Where(m => ids.Contains(m.AccountId)).ExecuteDeleteAsync(ct);
        foreach (var id in ids)
            await db.EraseTrailAsync("account", id, now, ct);
        await transaction.CommitAsync(ct);
        return accounts.Count;
    }
}
