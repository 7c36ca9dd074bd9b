using System.Text;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Access;

/// <summary>OAuth 2: client credentials, discovery and public keys.</summary>
internal static class IssueToken
{
    /// <summary>RFC 6749, section 5.1.</summary>
    public sealed record Response(string AccessToken, string TokenType, int ExpiresIn, string Scope);

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapPost("/connect/token", Handle).AllowAnonymous().DisableAntiforgery()
            .WithName("IssueToken").WithTags("Access").WithSummary("An access token for an API client (client credentials)")
            .WithDescription("Form: grant_type=client_credentials, client_id, client_secret (or HTTP Basic), and scope for less than all of the client's scopes.")
            .Accepts<IFormCollection>("application/x-www-form-urlencoded").Produces<Response>()
            .WithMetadata(new SecretAnswer());
        app.MapGet(WithdrawnAccess.Path, (WithdrawnAccess withdrawn) => TypedResults.Ok(withdrawn.Least)).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/.well-known/openid-configuration", Discovery).AllowAnonymous()
            .WithName("ReadDiscovery").WithTags("Access").WithSummary("Where tokens are issued and keys are found");
        app.MapGet("/.well-known/jwks.json", PublicKeys).AllowAnonymous()
            .WithName("ReadPublicKeys").WithTags("Access").WithSummary("The public keys that tokens are checked with");
    }

    private static async Task<Results<JsonHttpResult<Dictionary<string, object>>, ProblemHttpResult>> Handle(
        HttpContext http, ClientStore clients, TokenSigning signing, TimeProvider clock, CancellationToken ct)
    {
        if (http.Request.ContentType?.Split(';')[0].Trim().Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            return Refuse(400, "invalid_request", "Send a form: Content-Type: application/x-www-form-urlencoded.");

        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(ct);
        }
        catch (InvalidDataException e)
        {
            return Refuse(400, "invalid_request", e.Message);
        }

        if (form["grant_type"] is not ["client_credentials"])
            return Refuse(400, "unsupported_grant_type", "grant_type is client_credentials.");
        if (!TryReadCredentials(http.Request, form, out var clientId, out var secret))
            return Refuse(400, "invalid_request", "Send client_id and client_secret, once each, in the form or as HTTP Basic.");

        var client = await clients.AuthenticateAsync(clientId, secret, clock.GetUtcNow(), ct);
        if (client is null)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"insp1r\"";
            return Refuse(401, "invalid_client", "The client is unknown, revoked, or the secret is not its own.");
        }

        var wanted = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (wanted.Except(client.Scopes, StringComparer.Ordinal).Any())
            return Refuse(400, "invalid_scope", $"This client's scopes are {string.Join(' ', client.Scopes)}.");

        var scopes = wanted.Length > 0 ? wanted : client.Scopes;
        http.Response.Headers.CacheControl = "no-store";
        // Snake case is the standard's, not ours.
        return TypedResults.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["access_token"] = signing.Issue(client.ClientId, client.Grants, scopes, client.AccessVersion),
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)TokenSigning.Lifetime.TotalSeconds,
            ["scope"] = string.Join(' ', scopes),
        });
    }

    private static bool TryReadCredentials(HttpRequest request, IFormCollection form, out string clientId, out string secret)
    {
        (clientId, secret) = (form["client_id"].ToString(), form["client_secret"].ToString());
        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[header.Length];
            if (secret.Length > 0 || !Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length))
                return false;
            var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
            if (parts.Length != 2)
                return false;
            (clientId, secret) = (Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts[1]));
        }

        return clientId.Length is > 0 and <= 100 && secret.Length is > 0 and <= 200 && !clientId.Contains('\0') && form["client_id"].Count <= 1 && form["client_secret"].Count <= 1;
    }

    private static ProblemHttpResult Refuse(int status, string error, string detail) =>
        new Error(status, error.Replace('_', '-'), "No token").ToProblem(detail, more: new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            // RFC 6749, section 5.2: OAuth clients look for these two.
            ["error"] = error,
            ["error_description"] = detail,
        });

    private static JsonHttpResult<Dictionary<string, object>> Discovery(IOptions<AuthorityOptions> authority)
    {
        var issuer = authority.Value.Issuer;
        return TypedResults.Json(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["issuer"] = issuer,
            ["token_endpoint"] = $"{issuer}/connect/token",
            ["jwks_uri"] = $"{issuer}/.well-known/jwks.json",
            ["grant_types_supported"] = new[] { "client_credentials" },
            ["response_types_supported"] = Array.Empty<string>(),
            ["token_endpoint_auth_methods_supported"] = new[] { "client_secret_basic", "client_secret_post" },
            ["scopes_supported"] = Scopes.All,
            ["id_token_signing_alg_values_supported"] = new[] { SecurityAlgorithms.EcdsaSha256 },
            ["subject_types_supported"] = new[] { "public" },
        });
    }

    private static JsonHttpResult<Dictionary<string, object>> PublicKeys(TokenSigning signing, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=60";
        var keys = signing.Keys.Select(key =>
        {
            var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
            return new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["kty"] = "EC",
                ["crv"] = "P-256",
                ["use"] = "sig",
                ["alg"] = SecurityAlgorithms.EcdsaSha256,
                ["kid"] = key.KeyId,
                ["x"] = Base64UrlEncoder.Encode(point.X),
                ["y"] = Base64UrlEncoder.Encode(point.Y),
            };
        });
        return TypedResults.Json(new Dictionary<string, object>(StringComparer.Ordinal) { ["keys"] = keys.ToArray() });
    }
}
