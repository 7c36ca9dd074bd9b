using System.Globalization;
using Insp1r.Membership.Access.Clients;
using Insp1r.ServiceDefaults.Access;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using Own = Insp1r.ServiceDefaults.Access.Claims;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>Tokens that services and apps check by themselves are signed with the key that all of them know by now, and have no row in the database.</summary>
internal sealed class SignAccessToken(SigningKeyRing keys) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType is TokenTypeIdentifiers.AccessToken or TokenTypeIdentifiers.IdentityToken)
            (context.SigningCredentials, context.CreateTokenEntry) = (keys.Current, false);
        return ValueTask.CompletedTask;
    }
}

/// <summary>An access token that no service believes any more is none for introspection and userinfo either.</summary>
internal sealed class RefuseWithdrawn(WithdrawnAccess withdrawn) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.Principal is { } token && token.HasTokenType(TokenTypeIdentifiers.AccessToken)
            && withdrawn.Covers(token.GetClaim(Own.Subject) ?? "", int.TryParse(token.GetClaim(Own.AccessVersion), CultureInfo.InvariantCulture, out var version) ? version : 0))
            context.Reject(Errors.InvalidToken, "What the token says is true no more.");
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// What is wrong with a request goes back to the app (RFC 6749, section 4.1.2.1), once it is sure that it is the app's address. OpenIddict
/// shows it to the person, who can do nothing about it.
/// </summary>
internal sealed class SendErrorBack(OpenIddictApplicationManager<Client> clients) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        if (context.RedirectUri is null && context.Request is { ClientId.Length: > 0, RedirectUri.Length: > 0 } request
            && await clients.FindByClientIdAsync(request.ClientId, context.CancellationToken) is { } app
            && await clients.ValidateRedirectUriAsync(app, request.RedirectUri, context.CancellationToken))
            (context.RedirectUri, context.ResponseMode) = (request.RedirectUri, ResponseModes.Query);
    }
}

/// <summary>
/// Revocation (RFC 7009): the session that the token belongs to ends, and with it every token of it. One that belongs to none, a
/// system's, is over in a quarter of an hour by itself.
/// </summary>
internal sealed class EndRevokedSession(AppSessions sessions) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        if (Guid.TryParse(context.GenericTokenPrincipal?.GetAuthorizationId(), out var session))
            await sessions.EndAsync(session, "ended-by-app", context.CancellationToken);
        else
            context.Reject(Errors.UnsupportedTokenType, "Only tokens of people can be revoked. End the client, or rotate its secret without a grace period.");
    }
}
