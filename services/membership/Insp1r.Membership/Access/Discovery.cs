using System.Text.Json.Serialization;
using Insp1r.Membership.Apps;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Access;

/// <summary>Where tokens are issued and keys are found (OpenID Connect Discovery, RFC 8414).</summary>
internal static class Discovery
{
    /// <summary>A public key (RFC 7517).</summary>
    public sealed record PublicKey(string Kty, string Crv, string Use, string Alg, string Kid, string X, string Y);

    public sealed record KeySet(IReadOnlyList<PublicKey> Keys);

    /// <summary>Snake case is the standard's, not ours.</summary>
    public sealed record Document(
        [property: JsonPropertyName("issuer")] string Issuer,
        [property: JsonPropertyName("authorization_endpoint")] string AuthorizationEndpoint,
        [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
        [property: JsonPropertyName("revocation_endpoint")] string RevocationEndpoint,
        [property: JsonPropertyName("jwks_uri")] string JwksUri,
        [property: JsonPropertyName("grant_types_supported")] string[] GrantTypes,
        [property: JsonPropertyName("response_types_supported")] string[] ResponseTypes,
        [property: JsonPropertyName("code_challenge_methods_supported")] string[] CodeChallengeMethods,
        [property: JsonPropertyName("token_endpoint_auth_methods_supported")] string[] AuthMethods,
        [property: JsonPropertyName("scopes_supported")] string[] Scopes,
        [property: JsonPropertyName("id_token_signing_alg_values_supported")] string[] SigningAlgorithms,
        [property: JsonPropertyName("subject_types_supported")] string[] SubjectTypes,
        [property: JsonPropertyName("authorization_response_iss_parameter_supported")] bool SendsIssuer);

    public static Ok<Document> Read(IOptions<AuthorityOptions> authority)
    {
        var issuer = authority.Value.Issuer;
        return TypedResults.Ok(new Document(
            issuer,
            $"{issuer}/connect/authorize",
            $"{issuer}/connect/token",
            $"{issuer}/connect/revocation",
            $"{issuer}/.well-known/jwks.json",
            ["client_credentials", "authorization_code", "refresh_token"],
            ["code"],
            ["S256"],
            ["client_secret_basic", "client_secret_post", "none"],
            [.. Scopes.All, AppScopes.OpenId, AppScopes.Offline],
            [SecurityAlgorithms.EcdsaSha256],
            ["public"],
            SendsIssuer: true));
    }

    public static Ok<KeySet> PublicKeys(TokenSigning signing, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.Ok(new KeySet([.. signing.Keys.Select(key =>
        {
            var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
            return new PublicKey("EC", "P-256", "sig", SecurityAlgorithms.EcdsaSha256, key.KeyId, Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        })]));
    }
}
