using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>The second factor: a one-time code, or a recovery code.</summary>
internal static class ShowCode
{
    public sealed record Form(string? Code, string? ReturnUrl);

    public static async Task<Results<RazorComponentResult<CodePage>, RedirectHttpResult>> ShowAsync(HttpContext http, string? returnUrl, Browser browser, CancellationToken ct) =>
        await browser.ReadStepAsync(http, NextStep.ShowCode, ct) is null
            ? TypedResults.LocalRedirect("/account/sign-in")
            : Page.Show<CodePage>(http, new { ReturnUrl = Page.SafeReturn(returnUrl) });

    public static async Task<Results<RazorComponentResult<CodePage>, RedirectHttpResult>> HandleAsync(
        [FromForm] Form form, HttpContext http, Credentials credentials, Browser browser, AccountAccess access, MembershipDb db, CancellationToken ct)
    {
        if (await browser.ReadStepAsync(http, NextStep.ShowCode, ct) is not { } accountId)
            return TypedResults.LocalRedirect("/account/sign-in");

        var returnUrl = Page.SafeReturn(form.ReturnUrl);
        if (!await credentials.CheckCodeAsync(accountId, form.Code ?? "", ct))
            return Page.Show<CodePage>(http, new { ReturnUrl = returnUrl, Fault = Page.Words(http).WrongCode }, StatusCodes.Status401Unauthorized);

        var account = await db.Accounts.SingleAsync(a => a.Id == accountId, ct);
        await browser.SignInAsync(http, account, secondFactor: true, ct);
        access.Note(account, "signed-in", after: new { secondFactor = true });
        await access.SaveAsync(ct);
        return TypedResults.LocalRedirect(returnUrl);
    }
}
