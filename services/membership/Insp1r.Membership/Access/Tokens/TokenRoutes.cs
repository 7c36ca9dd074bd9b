using System.Diagnostics;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts.Pages;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>OAuth 2 and OpenID Connect: how clients and apps get tokens, and how services check them.</summary>
internal static class TokenRoutes
{
    private const string Form = "application/x-www-form-urlencoded";

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapForm("/connect/token", IssueToken.HandleAsync)
            .WithName("IssueToken")
            .WithSummary("An access token for a system, or for an app that a person let in")
            .WithDescription(
                "Form. A system: grant_type=client_credentials, client_id, client_secret (or HTTP Basic), and scope for less than all of its scopes. "
                + "An app: grant_type=authorization_code, client_id, code, redirect_uri, code_verifier; later grant_type=refresh_token, client_id, refresh_token. "
                + "Without a browser: grant_type=urn:ietf:params:oauth:grant-type:device_code, client_id, device_code.")
            .Produces<IssueToken.Response>()
            .Produces<OAuthErrors.Response>(StatusCodes.Status400BadRequest)
            .Produces<OAuthErrors.Response>(StatusCodes.Status401Unauthorized);
        app.MapForm("/connect/par", AnsweredBefore)
            .WithName("PushAuthorizationRequest")
            .WithSummary("Send what an app asks at /connect/authorize beforehand")
            .WithDescription("Form: what would stand in the address. The answer's request_uri goes there in its place (RFC 9126).")
            .Produces(StatusCodes.Status201Created)
            .Produces<OAuthErrors.Response>(StatusCodes.Status400BadRequest);
        app.MapForm("/connect/device", AnsweredBefore)
            .WithName("AuthorizeDevice")
            .WithSummary("Begin to let in an app without a browser")
            .WithDescription("Form: client_id, scope. The person goes to verification_uri with the user_code; the app asks for tokens with the device_code (RFC 8628).")
            .Produces(StatusCodes.Status200OK)
            .Produces<OAuthErrors.Response>(StatusCodes.Status400BadRequest);
        app.MapForm("/connect/introspection", AnsweredBefore)
            .WithName("IntrospectToken")
            .WithSummary("Whether a token of your own is still good")
            .WithDescription("Form: token, client_id, client_secret (or HTTP Basic). For clients with a secret (RFC 7662).")
            .Produces(StatusCodes.Status200OK)
            .Produces<OAuthErrors.Response>(StatusCodes.Status400BadRequest);
        app.MapForm("/connect/revocation", AnsweredBefore)
            .WithName("RevokeToken")
            .WithSummary("End the session that a token belongs to")
            .WithDescription("Form: client_id, token. The answer does not tell whether there was one (RFC 7009).")
            .Produces(StatusCodes.Status200OK)
            .Produces<OAuthErrors.Response>(StatusCodes.Status400BadRequest);
        app.MapGet("/connect/userinfo", ReadUserInfo.HandleAsync)
            .AllowAnonymous()
            .WithName("ReadUserInfo")
            .WithTags("Access")
            .WithSummary("Who let the app in")
            .WithDescription("With the access token of a person, for the scope openid; profile and email say more.");
        app.MapPost("/connect/userinfo", ReadUserInfo.HandleAsync).AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new SecretAnswer());

        app.MapGet("/.well-known/openid-configuration", AnsweredBefore)
            .AllowAnonymous()
            .WithName("ReadDiscovery")
            .WithTags("Access")
            .WithSummary("Where tokens are issued and keys are found");
        app.MapGet("/.well-known/oauth-authorization-server", AnsweredBefore).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/.well-known/jwks.json", AnsweredBefore)
            .AllowAnonymous()
            .WithName("ReadPublicKeys")
            .WithTags("Access")
            .WithSummary("The public keys that tokens are checked with");

        app.MapGet(WithdrawnAccess.Path, (WithdrawnAccess withdrawn) => TypedResults.Ok(withdrawn.Least)).AllowAnonymous().ExcludeFromDescription();
        app.MapGet(AppOrigins.Path, ReadClients.OriginsAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPagesOfApps();
    }

    private static void MapPagesOfApps(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("/connect").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new SecretAnswer());
        pages.AddEndpointFilter(Page.GuardAsync);
        pages.MapGet("/authorize", Authorize.ShowAsync);
        pages.MapPost("/authorize", Authorize.AnswerAsync);
        pages.MapGet("/verify", VerifyDevice.ShowAsync);
        pages.MapPost("/verify", VerifyDevice.AnswerAsync);
        pages.MapGet("/verify/done", (HttpContext http) => Page.Say(http, words => words.DeviceDone));
        pages.MapGet("/end-session", EndSession.ShowAsync);
        pages.MapPost("/end-session", EndSession.AnswerAsync);
    }

    private static RouteHandlerBuilder MapForm(this IEndpointRouteBuilder app, string path, Delegate handler) =>
        app.MapPost(path, handler).AllowAnonymous().DisableAntiforgery().WithTags("Access").Accepts<IFormCollection>(Form).WithMetadata(new SecretAnswer());

    /// <summary>OpenIddict answers these by itself; the route is here for the API's description.</summary>
    private static void AnsweredBefore(HttpContext http) => throw new UnreachableException($"OpenIddict left {http.Request.Path} to somebody else.");
}
