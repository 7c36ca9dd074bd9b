using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>Where tokens come from and whom they are for.</summary>
public sealed class AuthorityOptions
{
    public const string Section = "Authority";
    public const string Audience = "insp1r";

    /// <summary>The public address of the platform; the <c>iss</c> of every token.</summary>
    public string Issuer { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Where the public keys are read, by service name.</summary>
    public string Jwks { get; set; } = "http://membership/.well-known/jwks.json";
}

/// <summary>
/// Validates a token once and remembers the answer for at most a minute: checking an ES256 signature costs more than most
/// requests do. A minute is also the longest that a withdrawn signing key goes on being believed.
/// </summary>
internal sealed class CachingTokenHandler(TimeProvider clock) : JsonWebTokenHandler
{
    private const int MaxEntries = 10_000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (TokenValidationResult Result, DateTimeOffset Until)> _valid = new(StringComparer.Ordinal);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var now = clock.GetUtcNow();
        if (_valid.TryGetValue(token, out var known) && known.Until > now)
            return known.Result;

        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (!result.IsValid)
            return result;

        var jwt = (JsonWebToken)result.SecurityToken;
        result.ClaimsIdentity = new CallerIdentity(result.ClaimsIdentity, ReadCaller(result.ClaimsIdentity));

        if (_valid.Count >= MaxEntries)
            _valid.Clear();
        var expires = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero);
        _valid[token] = (result, expires < now + MaxAge ? expires : now + MaxAge);
        return result;
    }

    private static Caller ReadCaller(ClaimsIdentity identity)
    {
        var grants = new List<Grant>();
        foreach (var claim in identity.FindAll(Claims.Grants))
        {
            // A grant that this version does not know gives nothing.
            if (Grant.TryParse(claim.Value, out var grant))
                grants.Add(grant);
        }

        var scopes = identity.FindFirst(Claims.Scope)?.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return new Caller(identity.FindFirst(Claims.ClientId)?.Value ?? "", grants, scopes);
    }
}

/// <summary>The claims of an access token, beside the standard ones.</summary>
public static class Claims
{
    public const string ClientId = "client_id";
    public const string Scope = "scope";
    public const string Grants = "grants";
}
