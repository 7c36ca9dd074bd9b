using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Insp1r.Membership.Mail;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>A mailed link, of an invitation or for a forgotten password, leads here. It works once.</summary>
internal static class ChoosePassword
{
    public sealed class Form
    {
        public Guid Account { get; init; }
        public string? Token { get; init; }
        public string? Password { get; init; }
    }

    public static Task<Results<RazorComponentResult<PasswordPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>> ShowInvitationAsync(
        HttpContext http, Guid account, string token, UserManager<Account> users, ExternalProvider provider, MembershipDb db, CancellationToken ct) =>
        ShowAsync(http, LinkTokens.Invitation, account, token, users, provider, db, ct);

    public static Task<Results<RazorComponentResult<PasswordPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>> ShowResetAsync(
        HttpContext http, Guid account, string token, UserManager<Account> users, ExternalProvider provider, MembershipDb db, CancellationToken ct) =>
        ShowAsync(http, LinkTokens.Reset, account, token, users, provider, db, ct);

    public static async Task<Results<RazorComponentResult<PasswordPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>> TakeInvitationAsync(
        [FromForm] Form? form, HttpContext http, UserManager<Account> users, SignInFlow flow, AccountAccess access, Mails mails, ExternalProvider provider, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        var (account, refusal) = await SetAsync(LinkTokens.Invitation, form, http, users, access, mails, provider, db, clock, ct);
        return account is null ? refusal! : await flow.ContinueAsync(http, account, secondFactor: false, "/account", ct);
    }

    /// <summary>Who has the mailbox chooses a password; to sign in they still need it, and the second factor (ASVS 5, 6.4.3).</summary>
    public static async Task<Results<RazorComponentResult<PasswordPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>> ResetAsync(
        [FromForm] Form? form, HttpContext http, UserManager<Account> users, AccountAccess access, Mails mails, ExternalProvider provider, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        var (account, refusal) = await SetAsync(LinkTokens.Reset, form, http, users, access, mails, provider, db, clock, ct);
        return account is null ? refusal! : TypedResults.LocalRedirect("/account/sign-in");
    }

    private static async Task<Results<RazorComponentResult<PasswordPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>> ShowAsync(
        HttpContext http, string kind, Guid accountId, string token, UserManager<Account> users, ExternalProvider provider, MembershipDb db, CancellationToken ct)
    {
        if (await FindAsync(kind, accountId, token, users, db, ct) is not { } account)
            return Page.Say(http, words => words.LinkOver, StatusCodes.Status410Gone);

        await provider.LetFormsLeadThereAsync(http, ct);
        return Page.Show<PasswordPage>(http, new { Action = kind, Account = accountId, Token = token, account.Email, Provider = provider.Name });
    }

    private static async Task<(Account? Account, Results<RazorComponentResult<PasswordPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>? Refusal)> SetAsync(
        string kind, Form? form, HttpContext http, UserManager<Account> users, AccountAccess access, Mails mails, ExternalProvider provider, MembershipDb db, TimeProvider clock, CancellationToken ct)
    {
        var token = form?.Token ?? "";
        if (provider.IsUsed || await FindAsync(kind, form?.Account ?? Guid.Empty, token, users, db, ct) is not { } account)
            return (null, Page.Say(http, words => words.LinkOver, StatusCodes.Status410Gone));

        var isReset = account.PasswordHash is not null;
        account.PasswordHash = null;
        var set = await users.AddPasswordAsync(account, form?.Password ?? "");
        if (!set.Succeeded)
        {
            var fault = set.Errors.First().Code == "length" ? Page.Words(http).PasswordLength : Page.Words(http).PasswordGuessable;
            return (null, Page.Show<PasswordPage>(http, new { Action = kind, Account = account.Id, Token = token, account.Email, Fault = fault }, StatusCodes.Status422UnprocessableEntity));
        }

        account.EmailConfirmed = true;
        account.TakeUp(clock.GetUtcNow());
        await users.SetLockoutEndDateAsync(account, null);
        await users.ResetAccessFailedCountAsync(account);
        await access.EndSessionsAsync(account, but: null, "password-changed", ct);
        access.Note(account, isReset ? "password-reset" : "activated");
        if (isReset)
            mails.TellOfNewPassword(account);
        await access.SaveAsync(ct);
        return (account, null);
    }

    private static async Task<Account?> FindAsync(string kind, Guid accountId, string token, UserManager<Account> users, MembershipDb db, CancellationToken ct) =>
        await db.Accounts.SingleOrDefaultAsync(a => a.Id == accountId, ct) is { IsOpen: true } account && await users.VerifyUserTokenAsync(account, kind, kind, token)
            ? account : null;
}
