using System.Security.Claims;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Accounts.Pages;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>Where a person lets in an app that runs on another machine, by the code that it shows there (RFC 8628).</summary>
internal static class VerifyDevice
{
    public const string Path = "/connect/verify";

    public static async Task<IResult> ShowAsync(HttpContext http, Browser browser, OpenIddictApplicationManager<Client> clients, CancellationToken ct)
    {
        if (await browser.ReadAsync(http, ct) is not { } me)
            return TypedResults.LocalRedirect($"/account/sign-in?returnUrl={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");

        var code = http.Request.Query["user_code"].ToString();
        if (code.Length == 0)
            return Page.Show<DevicePage>(http);
        if (await FindAsync(http) is not { } device || await clients.FindByClientIdAsync(device.GetClaim(Claims.ClientId)!, ct) is not { } app)
            return Page.Show<DevicePage>(http, new { Fault = Page.Words(http).WrongDeviceCode }, StatusCodes.Status404NotFound);

        return Page.Show<AllowPage>(
            http,
            new
            {
                App = app.Description,
                Email = me.Account.Email!,
                Scopes = device.GetScopes(),
                Action = Path,
                Request = new Dictionary<string, string>(StringComparer.Ordinal) { ["user_code"] = code },
                Code = code,
            });
    }

    public static async Task<IResult> AnswerAsync(HttpContext http, Browser browser, AppSessions sessions, CancellationToken ct)
    {
        if (await browser.ReadAsync(http, ct) is not { } me)
            return TypedResults.LocalRedirect("/account/sign-in");
        if (await FindAsync(http) is not { } device)
            return Page.Show<DevicePage>(http, new { Fault = Page.Words(http).WrongDeviceCode }, StatusCodes.Status404NotFound);

        var done = new AuthenticationProperties { RedirectUri = $"{Path}/done" };
        return http.Request.Form["answer"] == "allow"
            ? TypedResults.SignIn(
                await sessions.AllowAsync(me, device.GetClaim(Claims.ClientId)!, device.GetScopes(), Guid.Parse(device.GetClaim(Claims.Private.DeviceCodeId)!), ct),
                done,
                OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)
            : TypedResults.Forbid(done, [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }

    /// <summary>What the app on the other machine asked; null where the code is none, or over.</summary>
    private static async Task<ClaimsPrincipal?> FindAsync(HttpContext http) =>
        http.GetOpenIddictServerResponse() is null
        && await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme) is { Succeeded: true, Principal: var device }
        && device.GetClaim(Claims.ClientId) is { Length: > 0 } ? device : null;
}
