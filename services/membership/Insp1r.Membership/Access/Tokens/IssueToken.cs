using System.Text.Json.Serialization;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>What goes into a token, once OpenIddict has seen that whoever asks may have one.</summary>
internal static class IssueToken
{
    /// <summary>RFC 6749, section 5.1. <c>scope</c> is there where it is not what was asked for.</summary>
    public sealed record Response(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        [property: JsonPropertyName("scope")] string? Scope,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken,
        [property: JsonPropertyName("id_token")] string? IdToken);

    public static async Task<IResult> HandleAsync(HttpContext http, OpenIddictApplicationManager<Client> clients, AppSessions sessions, CancellationToken ct)
    {
        var request = http.GetOpenIddictServerRequest()!;
        var client = (await clients.FindByClientIdAsync(request.ClientId!, ct))!;
        if (request.IsClientCredentialsGrantType())
        {
            var asked = request.GetScopes();
            return TypedResults.SignIn(
                TokenClaims.Of(client.ClientId!).SetScopes(asked.Length > 0 ? asked : [.. client.Scopes]).SetAccess(client.Grants, client.AccessVersion).Complete(),
                authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        }

        var proven = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal!;
        var device = request.IsRefreshTokenGrantType() ? null : Browser.Device(http);
        return await sessions.ContinueAsync(Guid.Parse(proven.GetAuthorizationId()!), client, device, ct) is { } principal
            ? TypedResults.SignIn(principal, authenticationScheme: OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)
            : OAuthErrors.Refuse(Errors.InvalidGrant, "The session has ended. Let the person sign in again.");
    }
}

/// <summary>Errors as OAuth 2 writes them (RFC 6749, sections 4.1.2.1 and 5.2): OpenIddict sends them to where they belong.</summary>
internal static class OAuthErrors
{
    public sealed record Response([property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("error_description")] string? Description);

    public static ForbidHttpResult Refuse(string error, string description) => TypedResults.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
}
