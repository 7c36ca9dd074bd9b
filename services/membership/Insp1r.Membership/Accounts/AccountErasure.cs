using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.Membership.Overrides;
using Insp1r.Membership.Persons;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>Takes an account out. What stays is that there was one, and what it could do.</summary>
internal sealed class AccountErasure(MembershipDb db, AccountAccess access, MailFolder mails, TimeProvider clock)
{
    /// <summary>Within the transaction that is open; the caller saves.</summary>
    /// <param name="reason">A word and no text, since that stays: a text of the request could name the person again.</param>
    public async Task EraseAsync(Account account, ErasureReason reason, string by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var grants = await db.AccountGrants.Where(g => g.AccountId == account.Id).ToListAsync(ct);
        foreach (var grant in grants)
            grant.Erase(now, by);
        foreach (var grant in grants.Where(grant => grant.IsOverride))
        {
            db.Audit("override", grant.Id, 2, OverrideResponse.Of(grant).Node, "membership.override-erased", null, null, now, Words.Of(reason));
            await db.EraseTrailAsync("override", grant.Id, now, ct);
        }

        account.Erase(now);
        db.Audit("account", account.Id, account.Version, account.Node, "membership.account-erased", null, null, now, Words.Of(reason));
        await db.EraseTrailAsync("account", account.Id, now, ct);
        await access.ForgetCredentialsAsync(account.Id, ct);
        await db.Sessions.Where(s => s.AccountId == account.Id).ExecuteDeleteAsync(ct);
        // Those of its sessions went with them; a code that no app has brought may belong to none.
        await db.SessionTokens.Where(t => t.Subject == account.Id.ToString()).ExecuteDeleteAsync(ct);
        await db.OutgoingMails.Where(m => m.AccountId == account.Id).ExecuteDeleteAsync(ct);
        await db.AfterCommitAsync(() =>
        {
            mails.Forget(account.Id);
            return Task.CompletedTask;
        });
    }
}
