using Insp1r.Membership.Accounts.Pages;
using Insp1r.Membership.Apps;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;

namespace Insp1r.Membership.Access;

/// <summary>OAuth 2 and OpenID Connect: how clients and apps get tokens, and how services check them.</summary>
internal static class TokenRoutes
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapPost("/connect/token", IssueToken.HandleAsync).AllowAnonymous().DisableAntiforgery()
            .WithName("IssueToken").WithTags("Access").WithSummary("An access token for an API client, or for an app that a person let in")
            .WithDescription(
                "Form. A client: grant_type=client_credentials, client_id, client_secret (or HTTP Basic), and scope for less than all of the client's scopes. "
                + "An app: grant_type=authorization_code, client_id, code, redirect_uri, code_verifier; later grant_type=refresh_token, client_id, refresh_token.")
            .Accepts<IFormCollection>("application/x-www-form-urlencoded")
            .WithMetadata(new SecretAnswer());
        app.MapPost("/connect/revocation", IssueToken.RevokeAsync).AllowAnonymous().DisableAntiforgery()
            .WithName("RevokeToken").WithTags("Access").WithSummary("End the session that a refresh token belongs to")
            .WithDescription("Form: client_id, token. The answer does not tell whether there was one (RFC 7009).")
            .Accepts<IFormCollection>("application/x-www-form-urlencoded")
            .WithMetadata(new SecretAnswer());
        app.MapGet(WithdrawnAccess.Path, (WithdrawnAccess withdrawn) => TypedResults.Ok(withdrawn.Least)).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/.well-known/openid-configuration", Discovery.Read).AllowAnonymous()
            .WithName("ReadDiscovery").WithTags("Access").WithSummary("Where tokens are issued and keys are found");
        app.MapGet("/.well-known/jwks.json", Discovery.PublicKeys).AllowAnonymous()
            .WithName("ReadPublicKeys").WithTags("Access").WithSummary("The public keys that tokens are checked with");

        var authorize = app.MapGroup("/connect/authorize").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription().WithMetadata(new SecretAnswer());
        authorize.AddEndpointFilter(Page.GuardAsync);
        authorize.MapGet("/", Authorize.ShowAsync);
        authorize.MapPost("/", Authorize.AnswerAsync);
    }
}
