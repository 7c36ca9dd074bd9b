using Insp1r.Membership.Access;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Apps;

/// <summary>
/// Where an app sends a person's browser (RFC 6749, section 4.1, with RFC 7636 and RFC 9700): the person signs in here, lets the app in or
/// not, and the app gets a code for that. An app that is not known, or an address that is not its own, gets nothing at all.
/// </summary>
internal static class Authorize
{
    private static readonly string[] Known = ["response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "prompt"];

    public static async Task<Results<RazorComponentResult<AllowPage>, RazorComponentResult<MessagePage>, RedirectHttpResult>> ShowAsync(
        HttpContext http, Browser browser, MembershipDb db, IOptions<AuthorityOptions> authority, CancellationToken ct)
    {
        var asked = Known.Where(name => http.Request.Query.ContainsKey(name)).ToDictionary(name => name, name => http.Request.Query[name].ToString(), StringComparer.Ordinal);
        var request = await ReadAsync(asked, db, ct);
        if (request.App is null)
            return Page.Say(http, words => words.BadApp, StatusCodes.Status400BadRequest);
        if (request.Fault is { } fault)
            return Refuse(request, authority, fault.Error, fault.Detail);
        if (await browser.ReadAsync(http, ct) is not { } me)
        {
            return asked.GetValueOrDefault("prompt") == "none"
                ? Refuse(request, authority, "login_required", "Nobody is signed in.")
                : TypedResults.LocalRedirect($"/account/sign-in?returnUrl={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
        }

        // An app without a secret is asked about each time: another program could ask in its name (RFC 8252, section 8.6).
        if (asked.GetValueOrDefault("prompt") == "none")
            return Refuse(request, authority, "consent_required", "The person has to let the app in.");

        Page.LetFormsLeadTo(http, new Uri(request.RedirectUri));
        return Page.Show<AllowPage>(http, new { App = request.App.Name, Email = me.Account.Email!, request.Scopes, Request = (IReadOnlyDictionary<string, string>)asked });
    }

    public static async Task<Results<RazorComponentResult<MessagePage>, RedirectHttpResult>> AnswerAsync(
        HttpContext http, Browser browser, MembershipDb db, IOptions<AuthorityOptions> authority, TimeProvider clock, CancellationToken ct)
    {
        var form = await http.Request.ReadFormAsync(ct);
        var request = await ReadAsync(Known.Where(form.ContainsKey).ToDictionary(name => name, name => form[name].ToString(), StringComparer.Ordinal), db, ct);
        if (request.App is null)
            return Page.Say(http, words => words.BadApp, StatusCodes.Status400BadRequest);
        if (request.Fault is { } fault)
            return Refuse(request, authority, fault.Error, fault.Detail);
        if (await browser.ReadAsync(http, ct) is not { } me)
            return TypedResults.LocalRedirect("/account/sign-in");
        if (form["answer"] != "allow")
            return Refuse(request, authority, "access_denied", "The person did not let the app in.");

        var now = clock.GetUtcNow();
        var code = RandomSecret.Generate();
        db.Add(new AuthorizationCode
        {
            Hash = RandomSecret.Hash(code),
            AccountId = me.Account.Id,
            ClientId = request.App.ClientId,
            RedirectUri = request.RedirectUri,
            Challenge = request.Challenge,
            Scopes = request.Scopes,
            Nonce = request.Nonce,
            SecondFactor = me.Session.SecondFactor,
            Provider = me.Session.Provider,
            SignedInAt = me.Session.SignedInAt,
            SessionId = Guid.NewGuid(),
            ExpiresAt = now + AuthorizationCode.Lifetime,
        });
        await db.SaveChangesAsync(ct);
        return Back(request, authority, ("code", code));
    }

    /// <summary>What an app asks. Without <paramref name="App"/> nothing of it is to be believed, its address least of all.</summary>
    private sealed record Request(App? App, string RedirectUri, string? State, string[] Scopes, string Challenge, string? Nonce, (string Error, string Detail)? Fault);

    private static async Task<Request> ReadAsync(Dictionary<string, string> asked, MembershipDb db, CancellationToken ct)
    {
        var (clientId, redirectUri) = (asked.GetValueOrDefault("client_id") ?? "", asked.GetValueOrDefault("redirect_uri") ?? "");
        var app = await db.Apps.AsNoTracking().SingleOrDefaultAsync(a => a.ClientId == clientId && a.RevokedAt == null, ct);
        if (app is null || !app.Takes(redirectUri))
            return new Request(null, "", null, [], "", null, null);

        var scopes = (asked.GetValueOrDefault("scope") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var challenge = asked.GetValueOrDefault("code_challenge") ?? "";
        (string, string)? fault =
            asked.GetValueOrDefault("response_type") != "code" ? ("unsupported_response_type", "response_type is code.")
            : asked.GetValueOrDefault("code_challenge_method") != "S256" || !IsChallenge(challenge) ? ("invalid_request", "PKCE is needed: code_challenge with code_challenge_method=S256.")
            : scopes.Length == 0 || scopes.Except([.. app.Scopes, AppScopes.OpenId, AppScopes.Offline], StringComparer.Ordinal).Any() ? ("invalid_scope", $"scope is one or more of {string.Join(' ', app.Scopes)} {AppScopes.OpenId} {AppScopes.Offline}.")
            : (asked.GetValueOrDefault("state")?.Length ?? 0) > 1000 || (asked.GetValueOrDefault("nonce")?.Length ?? 0) > 200 ? ("invalid_request", "state has at most 1000 characters, nonce 200.")
            : null;
        return new Request(app, redirectUri, asked.GetValueOrDefault("state"), scopes, challenge, asked.GetValueOrDefault("nonce"), fault);
    }

    // 32 bytes in base64url.
    private static bool IsChallenge(string text) => text.Length == 43 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static RedirectHttpResult Refuse(Request request, IOptions<AuthorityOptions> authority, string error, string detail) =>
        Back(request, authority, ("error", error), ("error_description", detail));

    // iss tells an app with several providers which one answers (RFC 9207).
    private static RedirectHttpResult Back(Request request, IOptions<AuthorityOptions> authority, params (string Name, string Value)[] answer)
    {
        var query = string.Join('&', answer.Append(("iss", authority.Value.Issuer)).Concat(request.State is { } state ? [("state", state)] : Array.Empty<(string, string)>())
            .Select(part => $"{part.Item1}={Uri.EscapeDataString(part.Item2)}"));
        return TypedResults.Redirect($"{request.RedirectUri}{(request.RedirectUri.Contains('?') ? '&' : '?')}{query}");
    }
}

/// <summary>What an app may ask for besides the platform's own scopes.</summary>
internal static class AppScopes
{
    /// <summary>An id token: which account signed in, when and how (OpenID Connect).</summary>
    public const string OpenId = "openid";

    /// <summary>A refresh token.</summary>
    public const string Offline = "offline_access";
}
