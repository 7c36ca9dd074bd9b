using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>
/// Sets up the second factor: at the first sign-in of who has to have one, and later by one's own wish. The key counts from the moment
/// that a code of it was shown; until then the one before does.
/// </summary>
internal static class SetUpSecondFactor
{
    public sealed class Form
    {
        public string? Code { get; init; }
        public string? ReturnUrl { get; init; }
    }

    public static async Task<Results<RazorComponentResult<SetUpPage>, RedirectHttpResult>> ShowAsync(
        HttpContext http, string? returnUrl, Browser browser, UserManager<Account> users, AccountAccess access, MembershipDb db, CancellationToken ct)
    {
        if (await browser.ReadStepAsync(http, NextStep.SetUp, ct) is not { } accountId)
            return TypedResults.LocalRedirect("/account/sign-in");

        var account = await db.Accounts.SingleAsync(a => a.Id == accountId, ct);
        // The same one when the page is asked for again: the phone may have it already.
        if (await users.GetAuthenticationTokenAsync(account, Totp.Provider, Totp.PendingKey) is null)
        {
            await users.SetAuthenticationTokenAsync(account, Totp.Provider, Totp.PendingKey, Totp.NewKey());
            await db.SaveChangesAsync(ct);
        }

        return await PageAsync(http, account, users, access, returnUrl, null, ct);
    }

    public static async Task<Results<RazorComponentResult<SetUpPage>, RazorComponentResult<RecoveryPage>, RedirectHttpResult>> HandleAsync(
        [FromForm] Form? form, HttpContext http, UserManager<Account> users, Credentials credentials, Browser browser, AccountAccess access, Mails mails, MembershipDb db, CancellationToken ct)
    {
        if (await browser.ReadStepAsync(http, NextStep.SetUp, ct) is not { } accountId
            || await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId, ct) is not { IsOpen: true } account
            || await users.GetAuthenticationTokenAsync(account, Totp.Provider, Totp.PendingKey) is not { } key)
            return TypedResults.LocalRedirect("/account/sign-in");
        if (credentials.FindStep(key, form?.Code ?? "") is not { } step)
            return await PageAsync(http, account, users, access, form?.ReturnUrl, Page.Words(http).WrongCode, ct);

        var hadOne = account.TwoFactorEnabled;
        await users.RemoveAuthenticationTokenAsync(account, Totp.Provider, Totp.PendingKey);
        await users.SetAuthenticationTokenAsync(account, Totp.Provider, Totp.Key, key);
        (account.TwoFactorEnabled, account.LastTimeStep) = (true, step);
        account.Restamp();
        var codes = await credentials.MakeRecoveryCodesAsync(account, ct);
        if (hadOne)
            mails.TellOfNewSecondFactor(account);
        access.Note(account, "second-factor-set");
        await access.EndSessionsAsync(account, but: null, "second-factor-changed", ct);
        await browser.SignInAsync(http, account, secondFactor: true, ct);
        await access.SaveAsync(ct);
        return Page.Show<RecoveryPage>(http, new { Codes = codes, ReturnUrl = Page.SafeReturn(form?.ReturnUrl) });
    }

    private static async Task<RazorComponentResult<SetUpPage>> PageAsync(
        HttpContext http, Account account, UserManager<Account> users, AccountAccess access, string? returnUrl, string? fault, CancellationToken ct)
    {
        var key = await users.GetAuthenticationTokenAsync(account, Totp.Provider, Totp.PendingKey);
        var link = Totp.Link(key!, account.Email!);
        return Page.Show<SetUpPage>(
            http,
            new { Key = key, Link = link, QrCode = Totp.QrCode(link), Needed = await access.NeedsSecondFactorAsync(account.Id, ct), ReturnUrl = Page.SafeReturn(returnUrl), Fault = fault },
            fault is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized);
    }
}
