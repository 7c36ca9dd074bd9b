using System.Security.Claims;
using System.Text.Json;
using Insp1r.Membership.Accounts;
using Insp1r.ServiceDefaults.Access;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Claims = Insp1r.ServiceDefaults.Access.Claims;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>What tokens say, beside what OpenIddict writes into each.</summary>
internal static class TokenClaims
{
    /// <summary>Of a client's or an account's tokens, which are all for this platform.</summary>
    public static ClaimsIdentity Of(string subject) => new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType)
        .SetClaim(Claims.Subject, subject).SetResources(AuthorityOptions.Audience);

    /// <summary>What the subject may do, as of this version of its access. Services read it in access tokens.</summary>
    public static ClaimsIdentity SetAccess(this ClaimsIdentity identity, IEnumerable<string> grants, int version)
    {
        identity.AddClaim(ArrayClaim(Claims.Grants, grants.Distinct(StringComparer.Ordinal)));
        return identity.SetClaim(Claims.AccessVersion, version);
    }

    /// <summary>When and how the person signed in: apps read it in id tokens (OpenID Connect).</summary>
    public static ClaimsIdentity SetSignIn(this ClaimsIdentity identity, AccountSession session)
    {
        identity.SetClaim(OpenIddictConstants.Claims.AuthenticationTime, session.SignedInAt.ToUnixTimeSeconds());
        // Another provider knows what it saw; all that is known here of it is whether that was enough.
        string[] methods = session switch
        {
            { Provider: null, SecondFactor: true } => ["pwd", "otp", "mfa"],
            { Provider: null } => ["pwd"],
            { SecondFactor: true } => ["mfa"],
            _ => [],
        };
        if (methods.Length > 0)
            identity.AddClaim(ArrayClaim(OpenIddictConstants.Claims.AuthenticationMethodReference, methods));
        return identity;
    }

    /// <summary>The principal to issue tokens for, once it has all its claims.</summary>
    public static ClaimsPrincipal Complete(this ClaimsIdentity identity) => new(identity.SetDestinations(claim => claim.Type switch
    {
        Claims.Grants or Claims.AccessVersion => [Destinations.AccessToken],
        OpenIddictConstants.Claims.AuthenticationTime or OpenIddictConstants.Claims.AuthenticationMethodReference => [Destinations.IdentityToken],
        _ => [],
    }));

    // An array also where it has one element.
    private static Claim ArrayClaim(string type, IEnumerable<string> values) => new(type, JsonSerializer.Serialize(values), JsonClaimValueTypes.JsonArray);
}

/// <summary>What an app may ask for besides the platform's own scopes.</summary>
internal static class AppScopes
{
    public static readonly string[] All =
    [
        // An id token: which account signed in, when and how.
        OpenIddictConstants.Scopes.OpenId,
        // A refresh token.
        OpenIddictConstants.Scopes.OfflineAccess,
        // The person's name and language, and address, at the userinfo endpoint.
        OpenIddictConstants.Scopes.Profile,
        OpenIddictConstants.Scopes.Email,
    ];
}
