using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.Keeping;

/// <summary>What a steward does for a person who cannot get in, or must not any more.</summary>
internal static class HelpAccount
{
    /// <summary>Sends the invitation once more; the one before goes on working until one of them was used.</summary>
    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> InviteAgainAsync(
        Guid id, Caller caller, MembershipDb db, Mails mails, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await ReadAccounts.FindAsync(id, caller, db, ct) is not { } account)
            return AccountErrors.Missing();
        if (!account.IsOpen)
            return AccountErrors.Closed.ToProblem("Invite the person anew.");
        if (account.ActivatedAt is not null)
            return AccountErrors.Active.ToProblem("The person has taken the invitation up. For a lost password there is “Forgot your password?”; for a lost second factor, recovery.");

        return await InviteAsync(account, "invited-again", mails.InviteAsync, db, access, clock, ct);
    }

    /// <summary>
    /// For who lost the second factor and the recovery codes: password and second factor go, all sessions end, and a new invitation is
    /// sent. The steward has to know by another way that it is really the person who asks.
    /// </summary>
    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> RecoverAsync(
        Guid id, Caller caller, MembershipDb db, Mails mails, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await ReadAccounts.FindAsync(id, caller, db, ct) is not { } account)
            return AccountErrors.Missing();
        if (!account.IsOpen)
            return AccountErrors.Closed.ToProblem("Invite the person anew.");

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        account.PasswordHash = null;
        account.TwoFactorEnabled = false;
        account.ActivatedAt = null;
        account.Restamp();
        await access.ForgetCredentialsAsync(id, ct);
        await access.EndSessionsAsync(account, but: null, "recovery", ct);
        var answer = await InviteAsync(account, "recovered", mails.RecoverAsync, db, access, clock, ct);
        // Refused, it leaves everything as it was.
        if (answer.Result is Ok<AccountResponse>)
            await transaction.CommitAsync(ct);
        return answer;
    }

    /// <summary>To the address that is recorded of the person by now: the one before may be why no invitation was taken up.</summary>
    private static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> InviteAsync(
        Account account, string what, Func<Account, Task> mailAsync, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Persons.Where(p => p.Id == account.PersonId).Select(p => p.Email).SingleAsync(ct) is not { } email)
            return AccountErrors.NoAddress.ToProblem("Record the person's e-mail address first: the invitation goes there.");
        if (!EmailAddress.IsValid(email))
            return AccountErrors.NoAddress.ToProblem("Correct the person's e-mail address first: no mail can be sent to it.");

        account.InviteAgain(email, clock.GetUtcNow());
        access.Note(account, what, after: new { account.Email });
        await mailAsync(account);
        try
        {
            await access.SaveAsync(ct);
        }
        catch (DbUpdateException e) when (e.Violates(AccountMapping.UniqueEmail))
        {
            return AccountErrors.Exists.ToProblem("Somebody with this e-mail address has an account already.");
        }

        return TypedResults.Ok(await AccountResponse.OfAsync(account, db, clock, ct));
    }

    /// <summary>Signs the person out everywhere.</summary>
    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> EndSessionsAsync(
        Guid id, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await ReadAccounts.FindAsync(id, caller, db, ct) is not { } account)
            return AccountErrors.Missing();

        await access.EndSessionsAsync(account, but: null, "ended-by-steward", ct);
        access.Note(account, "sessions-ended");
        await access.SaveAsync(ct);
        return TypedResults.Ok(await AccountResponse.OfAsync(account, db, clock, ct));
    }

    /// <summary>Ends the account for good. A second time changes nothing.</summary>
    public static async Task<Results<Ok<AccountResponse>, ProblemHttpResult>> CloseAsync(
        Guid id, Caller caller, MembershipDb db, AccountAccess access, TimeProvider clock, CancellationToken ct)
    {
        if (await ReadAccounts.FindAsync(id, caller, db, ct) is not { } account)
            return AccountErrors.Missing();

        if (account.IsOpen)
        {
            var now = clock.GetUtcNow();
            await access.EndSessionsAsync(account, but: null, "account-closed", ct);
            foreach (var grant in await db.AccountGrants.Where(AccountGrant.InForce(now)).Where(g => g.AccountId == id).ToListAsync(ct))
                grant.End(now, caller.Id);
            account.Close(now);
            access.Note(account, "closed");
            await access.SaveAsync(ct);
        }

        return TypedResults.Ok(await AccountResponse.OfAsync(account, db, clock, ct));
    }
}
