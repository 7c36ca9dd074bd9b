using Insp1r.Membership.Accounts.Pages;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>Address and password; then the second factor where the account has one, or has to have one.</summary>
internal static class SignIn
{
    public sealed class Form
    {
        public string? Email { get; init; }
        public string? Password { get; init; }
        public string? ReturnUrl { get; init; }
    }

    public static async Task<RazorComponentResult<SignInPage>> ShowAsync(HttpContext http, ExternalProvider provider, string? returnUrl, CancellationToken ct)
    {
        await provider.LetFormsLeadThereAsync(http, ct);
        return Page.Show<SignInPage>(http, new { ReturnUrl = Page.SafeReturn(returnUrl), Provider = provider.Name });
    }

    public static async Task<Results<RazorComponentResult<SignInPage>, RedirectHttpResult>> HandleAsync(
        [FromForm] Form? form, HttpContext http, ExternalProvider provider, Credentials credentials, SignInFlow flow, TimeProvider clock, CancellationToken ct)
    {
        // Counting a failure takes longer than having nothing to count: a refusal waits until both would be done.
        var enough = Task.Delay(TimeSpan.FromMilliseconds(500), clock, ct);
        var returnUrl = Page.SafeReturn(form?.ReturnUrl);
        // Where people sign in elsewhere, a password opens nothing.
        if (provider.IsUsed || await credentials.CheckPasswordAsync(form?.Email ?? "", form?.Password ?? "", ct) is not { } account)
        {
            await enough;
            return Page.Show<SignInPage>(http, new { ReturnUrl = returnUrl, Provider = provider.Name, Fault = Page.Words(http).WrongSignIn }, StatusCodes.Status401Unauthorized);
        }

        return await flow.ContinueAsync(http, account, secondFactor: false, returnUrl, ct);
    }
}
