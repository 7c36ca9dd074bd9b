using Insp1r.Membership.Access;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.ServiceDefaults.Access;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts;

/// <summary>What accounts may do now, and how what they may do no more stops.</summary>
internal sealed class AccountAccess(MembershipDb db, WithdrawnAccessList withdrawn, MailSignal mail, TimeProvider clock)
{
    /// <summary>The grants in force. Without a second factor those are left out that need one.</summary>
    public async Task<List<AccountGrant>> GrantsAsync(Guid accountId, bool secondFactor, CancellationToken ct)
    {
        var grants = await db.AccountGrants.AsNoTracking().Where(AccountGrant.InForce(clock.GetUtcNow())).Where(g => g.AccountId == accountId).OrderBy(g => g.Id).ToListAsync(ct);
        return secondFactor ? grants : [.. grants.Where(grant => !AccountGrant.NeedsSecondFactor(grant.Grant))];
    }

    public async Task<bool> NeedsSecondFactorAsync(Guid accountId, CancellationToken ct) =>
        (await GrantsAsync(accountId, secondFactor: true, ct)).Exists(grant => AccountGrant.NeedsSecondFactor(grant.Grant));

    /// <summary>Ends all sessions of the account but one, and with them the tokens of apps and the codes that could become some. The caller saves.</summary>
    public async Task EndSessionsAsync(Account account, Guid? but, string because, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await VoidCodesAsync(account, ct);
        foreach (var session in await db.Sessions.Where(s => s.AccountId == account.Id && s.EndedAt == null && s.Id != but).ToListAsync(ct))
            session.End(now, because);
        account.ChangeAccess(now);
    }

    /// <summary>As <see cref="Account.ChangeAccess"/>, for many and at once.</summary>
    public Task ChangeAccessAsync(Guid[] accounts, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.Accounts.Where(a => accounts.Contains(a.Id)).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.AccessVersion, a => a.AccessVersion + 1).SetProperty(a => a.AccessChangedAt, now).SetProperty(a => a.Version, a => a.Version + 1), ct);
    }

    /// <summary>No code that an app was given and has not brought yet becomes a session.</summary>
    public Task VoidCodesAsync(Account account, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return db.Sessions.Where(s => s.AccountId == account.Id && s.App != null && s.Device == "" && s.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now).SetProperty(s => s.EndedBecause, "signed-out"), ct);
    }

    /// <summary>No second factor, recovery code or login at another provider opens the account any more. The caller saves.</summary>
    public async Task ForgetCredentialsAsync(Guid accountId, CancellationToken ct)
    {
        db.RemoveRange(await db.UserTokens.Where(t => t.UserId == accountId).ToListAsync(ct));
        db.RemoveRange(await db.UserLogins.Where(l => l.UserId == accountId).ToListAsync(ct));
    }

    /// <summary>Whether something would end together with this contact role or mandate.</summary>
    public Task<bool> HangsOnRoleAsync(Guid personRoleId, CancellationToken ct) =>
        db.AccountGrants.Where(AccountGrant.InForce(clock.GetUtcNow())).AnyAsync(g => g.PersonRoleId == personRoleId, ct);

    /// <summary>Ends what came with a contact role or mandate that ends now. The caller saves.</summary>
    public async Task EndWithRoleAsync(Guid personRoleId, string by, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var grant in await db.AccountGrants.Where(AccountGrant.InForce(now)).Where(g => g.PersonRoleId == personRoleId).ToListAsync(ct))
        {
            grant.End(now, by);
            var account = await db.Accounts.SingleAsync(a => a.Id == grant.AccountId, ct);
            account.ChangeAccess(now);
            Note(account, "grant-ended", before: new { grant.Grant, grant.PersonRoleId });
        }
    }

    /// <summary>
    /// Puts into the audit trail what happened to an account. On the pages it is the person's own doing, and the request does not say
    /// who that is.
    /// </summary>
    public void Note(Account account, string what, object? before = null, object? after = null)
    {
        if (Cause.Current.Actor == Cause.Anonymous)
            Cause.Set(Cause.Current with { Actor = account.Id.ToString() });
        NoteOfStranger(account, what, before, after);
    }

    /// <summary>What somebody did to an account who did not show that it is theirs.</summary>
    public void NoteOfStranger(Account account, string what, object? before = null, object? after = null) =>
        db.Audit("account", account.Id, account.Version, account.Node, $"membership.account-{what}", before, after, clock.GetUtcNow(), personal: true);

    public async Task SaveAsync(CancellationToken ct)
    {
        await db.SaveChangesAsync(ct);
        await TellAsync(ct);
    }

    /// <summary>Once what was done is committed: tokens that are out and worth less are refused from now on, and mails that wait go out.</summary>
    public Task TellAsync(CancellationToken ct) => db.AfterCommitAsync(
        async () =>
        {
            await withdrawn.LoadAsync(ct);
            mail.Set();
        });
}
