using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>Where tokens come from and whom they are for.</summary>
public sealed class AuthorityOptions
{
    public const string Section = "Authority";
    public const string Audience = "insp1r";

    /// <summary>The public address of the platform, without a slash at its end.</summary>
    public string Issuer { get; set; } = "http://127.0.0.1:8080";

    /// <summary>
    /// The <c>iss</c> of every token, and the issuer in the discovery document: the address as a URI is written in full, so with a slash
    /// where it has no path.
    /// </summary>
    public string IssuerName => new Uri(Issuer).AbsoluteUri;

    /// <summary>People reach the platform over TLS, wherever that ends before us.</summary>
    public bool IsHttps => Issuer.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>Where the public keys are read, by service name.</summary>
    public string Jwks { get; set; } = "http://membership/.well-known/jwks.json";

    /// <summary>Where it is read whose tokens are no longer to be believed, by service name.</summary>
    public string Withdrawn { get; set; } = "http://membership" + WithdrawnAccess.Path;
}

/// <summary>
/// Names the caller of each request. A token is validated once and its caller remembered for at most a minute: checking an ES256
/// signature costs more than most requests do. A minute is also the longest that a withdrawn signing key goes on being believed.
/// (The framework's bearer handler would cost as much for each request as forwarding it; there is one kind of token here, and one header.)
/// </summary>
internal sealed class CallerMiddleware(RequestDelegate next, TokenValidator validator, WithdrawnAccess withdrawn, TimeProvider clock)
{
    private const string Scheme = "Bearer ";
    private const int MaxEntries = 10_000;
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (ClaimsPrincipal Caller, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return next(context);
        if (!_known.TryGetValue(header, out var known) || known.Until <= clock.GetUtcNow())
            return ValidateAsync(context, header);

        Name(context, known.Caller);
        return next(context);
    }

    private async Task ValidateAsync(HttpContext context, string header)
    {
        if (await validator.ValidateAsync(header[Scheme.Length..].Trim()) is var (caller, expires))
        {
            Name(context, caller);
            var latest = clock.GetUtcNow() + MaxAge;
            if (_known.Count >= MaxEntries)
                _known.Clear();
            _known[header] = (caller, expires < latest ? expires : latest);
        }

        await next(context);
    }

    private void Name(HttpContext context, ClaimsPrincipal caller)
    {
        var who = Caller.Of(caller);
        if (!withdrawn.Covers(who.Id, who.AccessVersion))
            context.User = caller;
    }
}

/// <summary>Believes a token only where the platform signed it with ES256, for itself, as an access token, and it has not expired.</summary>
internal sealed partial class TokenValidator(SigningKeys keys, IOptions<AuthorityOptions> authority, ILogger<TokenValidator> logger)
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters _parameters = new()
    {
        ValidIssuer = authority.Value.IssuerName,
        ValidAudience = AuthorityOptions.Audience,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = ["at+jwt"],
        IssuerSigningKeyResolver = (_, _, kid, _) => keys.Find(kid),
        ClockSkew = TimeSpan.FromSeconds(30),
        NameClaimType = Claims.Subject,
    };

    public async Task<(ClaimsPrincipal Caller, DateTimeOffset Expires)?> ValidateAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (result.IsValid)
            return (new ClaimsPrincipal(new CallerIdentity(result.ClaimsIdentity, ReadCaller(result.ClaimsIdentity))), new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero));

        Log.Refused(logger, result.Exception?.GetType().Name ?? "unknown");
        return null;
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
        _ = int.TryParse(identity.FindFirst(Claims.AccessVersion)?.Value, CultureInfo.InvariantCulture, out var version);
        return new Caller(identity.FindFirst(Claims.Subject)?.Value ?? "", grants, scopes, version, identity.FindFirst(Claims.ClientId)?.Value);
    }

    private static partial class Log
    {
        [LoggerMessage(102, LogLevel.Debug, "A token was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}

/// <summary>The claims of an access token, beside the standard ones.</summary>
public static class Claims
{
    public const string Subject = "sub";
    public const string ClientId = "client_id";
    public const string Scope = "scope";
    public const string Grants = "grants";

    /// <summary>Raised by each change of the grants; see <see cref="WithdrawnAccess"/>.</summary>
    public const string AccessVersion = "access_version";
}
