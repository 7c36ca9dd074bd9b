using Insp1r.Membership.Accounts;
using Insp1r.Membership.Accounts.Pages;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>
/// Where an app sends the browser when the person wants to sign out (OpenID Connect RP-Initiated Logout): of the app, and here. An app
/// that shows its id token signs its own person out; anything else could be a stranger's link, and the person is asked.
/// </summary>
internal static class EndSession
{
    public static async Task<IResult> ShowAsync(HttpContext http, Browser browser, AppSessions sessions, AccountAccess access, CancellationToken ct)
    {
        if (http.GetOpenIddictServerResponse() is not null)
            return Page.Say(http, words => words.BadApp, StatusCodes.Status400BadRequest);

        var me = await browser.ReadAsync(http, ct);
        var hint = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal;
        if (me is null || hint?.GetClaim(OpenIddictConstants.Claims.Subject) == $"{me.Account.Id}")
            return await EndAsync(http, me, hint?.GetAuthorizationId(), browser, sessions, access, ct);

        if (http.GetOpenIddictServerRequest()!.PostLogoutRedirectUri is { } back)
            Page.LetFormsLeadTo(http, new Uri(back));
        var asked = http.Request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.Ordinal);
        return Page.Show<SignOutPage>(http, new { Email = me.Account.Email!, Request = (IReadOnlyDictionary<string, string>)asked });
    }

    public static async Task<IResult> AnswerAsync(HttpContext http, Browser browser, AppSessions sessions, AccountAccess access, CancellationToken ct) =>
        http.GetOpenIddictServerResponse() is not null
            ? Page.Say(http, words => words.BadApp, StatusCodes.Status400BadRequest)
            : await EndAsync(http, await browser.ReadAsync(http, ct), session: null, browser, sessions, access, ct);

    private static async Task<IResult> EndAsync(
        HttpContext http, SignedIn? me, string? session, Browser browser, AppSessions sessions, AccountAccess access, CancellationToken ct)
    {
        if (Guid.TryParse(session, out var ofApp))
            await sessions.EndAsync(ofApp, "signed-out", ct);
        if (me is not null)
            await browser.EndAsync(http, me, access, ct);
        // Without an address of the app's that is where the person goes.
        return TypedResults.SignOut(new AuthenticationProperties { RedirectUri = "/account/sign-in" }, [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }
}
