using System.Text;
using System.Text.Json.Serialization;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Apps;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Access;

/// <summary>The token endpoint of OAuth 2: for API clients, and for apps that people let in.</summary>
internal static class IssueToken
{
    /// <summary>RFC 6749, section 5.1. Snake case is the standard's, not ours.</summary>
    public sealed record Response(
        [property: JsonPropertyName("access_token")] string AccessToken,
        [property: JsonPropertyName("token_type")] string TokenType,
        [property: JsonPropertyName("expires_in")] int ExpiresIn,
        [property: JsonPropertyName("scope")] string Scope,
        [property: JsonPropertyName("refresh_token"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken = null,
        [property: JsonPropertyName("id_token"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IdToken = null);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        HttpContext http, ClientStore clients, PersonTokens persons, TokenSigning signing, TimeProvider clock, CancellationToken ct)
    {
        var (form, refusal) = await ReadFormAsync(http.Request, ct);
        if (form is null)
            return refusal!;

        http.Response.Headers.CacheControl = "no-store";
        return form["grant_type"].ToString() switch
        {
            "client_credentials" => await ForClientAsync(http, form, clients, signing, clock, ct),
            "authorization_code" => await ForCodeAsync(http, form, persons, ct),
            "refresh_token" => await ForRefreshTokenAsync(form, persons, ct),
            _ => Refuse(400, "unsupported_grant_type", "grant_type is client_credentials, authorization_code or refresh_token."),
        };
    }

    /// <summary>Ends the session of a refresh token (RFC 7009). The answer is the same for any other token.</summary>
    public static async Task<Results<Ok, ProblemHttpResult>> RevokeAsync(HttpContext http, PersonTokens persons, CancellationToken ct)
    {
        var (form, refusal) = await ReadFormAsync(http.Request, ct);
        if (form is null)
            return refusal!;

        await persons.RevokeAsync(form["client_id"].ToString(), form["token"].ToString(), ct);
        return TypedResults.Ok();
    }

    private static async Task<(IFormCollection? Form, ProblemHttpResult? Refusal)> ReadFormAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentType?.Split(';')[0].Trim().Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            return (null, Refuse(400, "invalid_request", "Send a form: Content-Type: application/x-www-form-urlencoded."));

        try
        {
            var form = await request.ReadFormAsync(ct);
            return form.FirstOrDefault(field => field.Value.Count > 1).Key is { } twice
                ? (null, Refuse(400, "invalid_request", $"'{(twice.Length > 60 ? twice[..60] : twice)}' is there more than once."))
                : (form, null);
        }
        catch (InvalidDataException e)
        {
            return (null, Refuse(400, "invalid_request", e.Message));
        }
    }

    private static async Task<Results<Ok<Response>, ProblemHttpResult>> ForClientAsync(
        HttpContext http, IFormCollection form, ClientStore clients, TokenSigning signing, TimeProvider clock, CancellationToken ct)
    {
        if (!TryReadCredentials(http.Request, form, out var clientId, out var secret))
            return Refuse(400, "invalid_request", "Send client_id and client_secret, once each, in the form or as HTTP Basic.");

        var now = clock.GetUtcNow();
        var client = await clients.AuthenticateAsync(clientId, secret, now, ct);
        if (client is null)
        {
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"insp1r\"";
            return Refuse(401, "invalid_client", "The client is unknown, revoked, or the secret is not its own.");
        }

        var wanted = form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (wanted.Except(client.Scopes, StringComparer.Ordinal).Any())
            return Refuse(400, "invalid_scope", $"This client's scopes are {string.Join(' ', client.Scopes)}.");

        var scopes = wanted.Length > 0 ? wanted : client.Scopes;
        var token = signing.Issue(client.ClientId, client.ClientId, client.Grants, scopes, client.AccessVersion, now + TokenSigning.Lifetime);
        return TypedResults.Ok(new Response(token, "Bearer", (int)TokenSigning.Lifetime.TotalSeconds, string.Join(' ', scopes)));
    }

    private static async Task<Results<Ok<Response>, ProblemHttpResult>> ForCodeAsync(HttpContext http, IFormCollection form, PersonTokens persons, CancellationToken ct) =>
        await persons.ExchangeCodeAsync(
            form["client_id"].ToString(), form["code"].ToString(), form["redirect_uri"].ToString(), form["code_verifier"].ToString(), Browser.Device(http), ct) is { } tokens
            ? Answer(tokens)
            : Refuse(400, "invalid_grant", "The code is not good: it lasts one minute, works once, and belongs to one app, one redirect_uri and one code_verifier.");

    private static async Task<Results<Ok<Response>, ProblemHttpResult>> ForRefreshTokenAsync(IFormCollection form, PersonTokens persons, CancellationToken ct) =>
        await persons.RefreshAsync(form["client_id"].ToString(), form["refresh_token"].ToString(), ct) is { } tokens
            ? Answer(tokens)
            : Refuse(400, "invalid_grant", "The refresh token is not good: it works once, and its session may have ended. Let the person sign in again.");

    private static Ok<Response> Answer(PersonTokenSet tokens) => TypedResults.Ok(
        new Response(tokens.AccessToken, "Bearer", (int)tokens.Lifetime.TotalSeconds, string.Join(' ', tokens.Scopes), tokens.RefreshToken, tokens.IdToken));

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

        return clientId.Length is > 0 and <= 100 && secret.Length is > 0 and <= 200 && !clientId.Contains('\0');
    }

    private static ProblemHttpResult Refuse(int status, string error, string detail) =>
        new Error(status, error.Replace('_', '-'), "No token").ToProblem(detail, more: new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            // RFC 6749, section 5.2: OAuth clients look for these two.
            ["error"] = error,
            ["error_description"] = detail,
        });
}
