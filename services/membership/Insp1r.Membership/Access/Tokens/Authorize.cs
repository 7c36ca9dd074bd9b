using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Accounts.Pages;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>
/// Where an app sends a person's browser (RFC 6749, section 4.1): the person signs in here, lets the app in or not, and the app gets a
/// code for that. OpenIddict has checked the request; an app that is not known, or an address that is not its own, gets nothing at all.
/// </summary>
internal static class Authorize
{
    // Who has just come from the sign-in page has signed in.
    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(1);

    public static async Task<IResult> ShowAsync(HttpContext http, Browser browser, OpenIddictApplicationManager<Client> clients, TimeProvider clock, CancellationToken ct)
    {
        if (http.GetOpenIddictServerResponse() is not null)
            return Page.Say(http, words => words.BadApp, StatusCodes.Status400BadRequest);

        var request = http.GetOpenIddictServerRequest()!;
        if (Fault(request) is { } fault)
            return fault;

        var isSilent = request.HasPromptValue(PromptValues.None);
        if (await browser.ReadAsync(http, ct) is not { } me || !IsFresh(me.Session, request, clock.GetUtcNow()))
        {
            return isSilent
                ? OAuthErrors.Refuse(Errors.LoginRequired, "The person has to sign in.")
                : TypedResults.LocalRedirect($"/account/sign-in?returnUrl={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
        }

        // Asked about each time: another program could ask in the name of an app without a secret (RFC 8252, section 8.6).
        if (isSilent)
            return OAuthErrors.Refuse(Errors.ConsentRequired, "The person has to let the app in.");

        var app = (await clients.FindByClientIdAsync(request.ClientId!, ct))!;
        Page.LetFormsLeadTo(http, new Uri(request.RedirectUri!));
        var asked = http.Request.Query.ToDictionary(parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.Ordinal);
        return Page.Show<AllowPage>(http, new { App = app.Description, Email = me.Account.Email!, Scopes = request.GetScopes(), Action = "/connect/authorize", Request = asked });
    }

    public static async Task<IResult> AnswerAsync(HttpContext http, Browser browser, AppSessions sessions, CancellationToken ct)
    {
        if (http.GetOpenIddictServerResponse() is not null)
            return Page.Say(http, words => words.BadApp, StatusCodes.Status400BadRequest);

        var request = http.GetOpenIddictServerRequest()!;
        if (Fault(request) is { } fault)
            return fault;
        if (await browser.ReadAsync(http, ct) is not { } me)
            return TypedResults.LocalRedirect("/account/sign-in");
        if (http.Request.Form["answer"] != "allow")
            return OAuthErrors.Refuse(Errors.AccessDenied, "The person did not let the app in.");

        return TypedResults.SignIn(
            await sessions.AllowAsync(me, request.ClientId!, request.GetScopes(), deviceCode: null, ct),
            authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
    }

    /// <summary>What OpenIddict lets pass.</summary>
    private static IResult? Fault(OpenIddictRequest request) =>
        !IsChallenge(request.CodeChallenge) ? OAuthErrors.Refuse(Errors.InvalidRequest, "code_challenge is a SHA-256 hash in base64url.")
        : request.GetScopes().Length == 0 ? OAuthErrors.Refuse(Errors.InvalidScope, "scope says what the app wants to do.")
        : null;

    // 32 bytes in base64url.
    private static bool IsChallenge(string? text) => text is { Length: 43 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsFresh(AccountSession session, OpenIddictRequest request, DateTimeOffset now)
    {
        TimeSpan? most = request.MaxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        if (request.HasPromptValue(PromptValues.Login) || most < JustNow)
            most = JustNow;
        return most is null || now - session.SignedInAt <= most;
    }
}
