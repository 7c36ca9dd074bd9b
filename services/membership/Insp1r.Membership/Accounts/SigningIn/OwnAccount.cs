using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Insp1r.Membership.Persons;
using Insp1r.Messaging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>What a person sees and keeps of the own account: what they may do, where they are signed in, password and second factor.</summary>
internal static class OwnAccount
{
    public sealed class PasswordForm
    {
        public string? OldPassword { get; init; }
        public string? NewPassword { get; init; }
    }

    /// <summary><c>what</c> is replace (a new second factor) or recovery (new recovery codes).</summary>
    public sealed class SecondFactorForm
    {
        public string? Password { get; init; }
        public string? What { get; init; }
    }

    // Who has no password here shows it by having signed in just now.
    private static readonly TimeSpan FreshSignIn = TimeSpan.FromMinutes(10);

    public static async Task<Results<RazorComponentResult<AccountPage>, RedirectHttpResult>> ShowAsync(
        HttpContext http, Browser browser, AccountAccess access, UserManager<Account> users, MembershipDb db, TimeProvider clock, CancellationToken ct) =>
        await browser.ReadAsync(http, ct) is { } me ? await PageAsync(http, me, access, users, db, clock, null, null, ct) : ToSignIn();

    /// <summary>All that the platform holds of this person, as a file (GDPR, Art. 15 and 20).</summary>
    public static async Task<IResult> DataAsync(HttpContext http, Browser browser, PersonalDataElsewhere elsewhere, MembershipDb db, ServiceDatabase database, TimeProvider clock, CancellationToken ct) =>
        await browser.ReadAsync(http, ct) is { } me
            ? (await ExportPerson.CollectAsync(await db.Persons.AsNoTracking().SingleAsync(p => p.Id == me.Account.PersonId, ct), db, database, elsewhere, http.Response, clock, ct)).Result
            : ToSignIn();

    public static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, Browser browser, AccountAccess access, CancellationToken ct)
    {
        if (await browser.ReadAsync(http, ct) is { } me)
            await browser.EndAsync(http, me, access, ct);
        else
            await browser.SignOutAsync(http);
        return ToSignIn();
    }

    /// <summary>Ends one session of this account, or all but this one.</summary>
    public static async Task<RedirectHttpResult> EndSessionAsync(
        [FromForm] Guid? session, HttpContext http, Browser browser, AccountAccess access, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await browser.ReadAsync(http, ct) is not { } me)
            return ToSignIn();

        if (session is null)
        {
            await access.EndSessionsAsync(me.Account, me.Session.Id, "ended-by-owner", ct);
        }
        else if (await db.Sessions.SingleOrDefaultAsync(s => s.Id == session && s.AccountId == me.Account.Id, ct) is { } chosen)
        {
            chosen.End(clock.GetUtcNow(), "ended-by-owner");
            await access.VoidCodesAsync(me.Account, ct);
            me.Account.ChangeAccess(clock.GetUtcNow());
        }

        access.Note(me.Account, "sessions-ended", after: new { session });
        await access.SaveAsync(ct);
        return TypedResults.LocalRedirect("/account");
    }

    public static async Task<Results<RazorComponentResult<AccountPage>, RedirectHttpResult>> ChangePasswordAsync(
        [FromForm] PasswordForm? form, HttpContext http, Browser browser, Credentials credentials, AccountAccess access, UserManager<Account> users, Mails mails, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await browser.ReadAsync(http, ct) is not { } me)
            return ToSignIn();

        var words = Page.Words(http);
        if (await credentials.CheckPasswordAsync(me.Account.Email!, form?.OldPassword ?? "", ct) is null)
            return await PageAsync(http, me, access, users, db, clock, null, await users.IsLockedOutAsync(me.Account) ? words.Locked : words.WrongPassword, ct);
        if (PasswordRules.Fault(form?.NewPassword ?? "", me.Account.Email!) is { } fault)
            return await PageAsync(http, me, access, users, db, clock, null, fault == "length" ? words.PasswordLength : words.PasswordGuessable, ct);

        await users.RemovePasswordAsync(me.Account);
        await users.AddPasswordAsync(me.Account, form!.NewPassword!);
        await access.EndSessionsAsync(me.Account, me.Session.Id, "password-changed", ct);
        access.Note(me.Account, "password-changed");
        mails.TellOfNewPassword(me.Account);
        await access.SaveAsync(ct);
        return await PageAsync(http, me, access, users, db, clock, words.Done, null, ct);
    }

    public static async Task<Results<RazorComponentResult<AccountPage>, RazorComponentResult<RecoveryPage>, RedirectHttpResult>> BeginSecondFactorAsync(
        [FromForm] SecondFactorForm? form, HttpContext http, Browser browser, Credentials credentials, AccountAccess access, UserManager<Account> users, Mails mails, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        if (await browser.ReadAsync(http, ct) is not { } me)
            return ToSignIn();
        // Somebody at an unlocked screen must not take the account over; nor must who has the password alone.
        var words = Page.Words(http);
        var hasJustSignedIn = me.Session.Provider is not null && clock.GetUtcNow() < me.Session.SignedInAt + FreshSignIn;
        if (me.Session.Provider is not null && !hasJustSignedIn)
            return await PageAsync(http, me, access, users, db, clock, null, words.SignInAgain, ct);
        if ((me.Account.TwoFactorEnabled && !me.Session.SecondFactor) || (!hasJustSignedIn && await credentials.CheckPasswordAsync(me.Account.Email!, form?.Password ?? "", ct) is null))
            return await PageAsync(http, me, access, users, db, clock, null, await users.IsLockedOutAsync(me.Account) ? words.Locked : words.WrongPassword, ct);

        if (form?.What == "recovery" && me.Account.TwoFactorEnabled)
        {
            var codes = await credentials.MakeRecoveryCodesAsync(me.Account, ct);
            mails.TellOfNewSecondFactor(me.Account);
            access.Note(me.Account, "recovery-codes-made");
            await access.SaveAsync(ct);
            return Page.Show<RecoveryPage>(http, new { Codes = codes, ReturnUrl = "/account" });
        }

        await browser.AwaitAsync(http, me.Account, NextStep.SetUp, ct);
        return TypedResults.LocalRedirect("/account/second-factor");
    }

    private static async Task<RazorComponentResult<AccountPage>> PageAsync(
        HttpContext http, SignedIn me, AccountAccess access, UserManager<Account> users, MembershipDb db, TimeProvider clock, string? said, string? fault, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var sessions = await db.Sessions.AsNoTracking().Where(s => s.AccountId == me.Account.Id && s.EndedAt == null && s.ExpiresAt > now && s.Device != "").OrderByDescending(s => s.LastUsedAt).Take(100).ToListAsync(ct);
        return Page.Show<AccountPage>(
            http,
            new
            {
                me.Account,
                Grants = await access.GrantsAsync(me.Account.Id, me.Session.SecondFactor, ct),
                Sessions = sessions.Where(session => session.IsAlive(now)).ToList(),
                Current = me.Session.Id,
                RecoveryCodes = await users.CountRecoveryCodesAsync(me.Account),
                HasPassword = me.Account.PasswordHash is not null,
                Said = said,
                Fault = fault,
            },
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    private static RedirectHttpResult ToSignIn() => TypedResults.LocalRedirect("/account/sign-in");
}
