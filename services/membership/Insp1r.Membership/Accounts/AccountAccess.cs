using Insp1r.Membership.Access;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>What accounts may do now, and how what they may do no more stops.</summary>
internal sealed class AccountAccess(MembershipDb db, WithdrawnAccessList withdrawn, MailSignal mail, TimeProvider clock)
{
    /// <summary>The grants in force. Without a second factor those are left out that need one.</summary>
    public async Task<List<AccountGrant>> GrantsAsync(Guid accountId, bool secondFactor, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var grants = await db.AccountGrants.AsNoTracking().Where(g => g.AccountId == accountId && g.From <= now && (g.Until == null || g.Until > now)).OrderBy(g => g.Id).ToListAsync(ct);
        return secondFactor ? grants : [.. grants.Where(grant => !AccountGrant.NeedsSecondFactor(grant.Grant))];
    }

    public async Task<bool> NeedsSecondFactorAsync(Guid accountId, CancellationToken ct) =>
        (await GrantsAsync(accountId, secondFactor: true, ct)).Exists(grant => AccountGrant.NeedsSecondFactor(grant.Grant));

    /// <summary>Ends all sessions of the account but one, and with them the tokens of apps. The caller saves.</summary>
    public async Task EndSessionsAsync(Account account, Guid? but, string because, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var session in await db.Sessions.Where(s => s.AccountId == account.Id && s.EndedAt == null && s.Id != but).ToListAsync(ct))
            session.End(now, because);
        account.ChangeAccess(now);
    }

    public async Task SaveAsync(CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        await TellAsync(ct);
    }

    /// <summary>After a commit: tokens that are out and worth less are refused from now on, and mails that wait go out.</summary>
    public async Task TellAsync(CancellationToken ct)
    {
        await withdrawn.LoadAsync(ct);
        mail.Set();
    }
}
