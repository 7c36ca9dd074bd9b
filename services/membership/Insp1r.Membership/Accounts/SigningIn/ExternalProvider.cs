using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.Membership.Access;
using Insp1r.Membership.Accounts.Pages;
using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>
/// Another OpenID Connect provider that people sign in with instead of a password kept here. Who they are comes from there; what they
/// may do stays here, and so do invitations.
/// </summary>
internal sealed class ExternalProviderOptions
{
    public const string Section = "ExternalProvider";

    /// <summary>Its issuer; without one, people sign in with a password of this platform.</summary>
    public string? Authority { get; set; }

    /// <summary>What it is called on the pages.</summary>
    public string Name { get; set; } = "OpenID Connect";
    public string ClientId { get; set; } = "";
    public string ClientSecret { get; set; } = "";

    /// <summary>Without TLS, for a provider on this machine.</summary>
    public bool AllowHttp { get; set; }
}

/// <summary>Who the provider says that this is. <paramref name="Purpose"/> is what the person set out for.</summary>
internal sealed record ExternalIdentity(string Issuer, string Subject, bool SecondFactor, ExternalPurpose Purpose);

/// <summary>Signing in to go back somewhere, or taking up an invitation.</summary>
internal sealed record ExternalPurpose(string ReturnUrl, Guid? Account, string? Token);

/// <summary>
/// The authorization code flow as a client: PKCE, state and nonce, all three kept in an encrypted cookie of ten minutes. (The
/// framework's handler for OpenID Connect is a package of its own; discovery, keys and the check of the token are libraries here, too.)
/// </summary>
internal sealed class ExternalProvider
{
    public const string Scheme = "external";
    private const string CallbackPath = "/account/provider/callback";

    // What is signed with a secret, or not at all, proves nothing.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly string[] StrongMethods = ["mfa", "otp", "hwk", "swk", "sc"];

    private readonly ExternalProviderOptions _options;
    private readonly string _callback;
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly ConfigurationManager<OpenIdConnectConfiguration>? _discovery;

    public ExternalProvider(IOptions<ExternalProviderOptions> options, IOptions<AuthorityOptions> authority, IHttpClientFactory clients, TimeProvider clock)
    {
        (_options, _clock) = (options.Value, clock);
        _callback = authority.Value.Issuer + CallbackPath;
        _http = clients.CreateClient(Scheme);
        if (IsUsed)
        {
            _discovery = new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{_options.Authority!.TrimEnd('/')}/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever(_http) { RequireHttps = !_options.AllowHttp });
        }
    }

    public bool IsUsed => !string.IsNullOrEmpty(_options.Authority);

    /// <summary>Null where people sign in with a password of this platform, as <see cref="Name"/> is.</summary>
    public string? Issuer => IsUsed ? _options.Authority : null;

    public string? Name => IsUsed ? _options.Name : null;

    /// <summary>Remembers what for, and says where to send the browser.</summary>
    public async Task<Uri> BeginAsync(HttpContext http, ExternalPurpose purpose, CancellationToken ct)
    {
        var configuration = await DiscoverAsync(ct);
        var (state, nonce, verifier) = (RandomSecret.Generate(), RandomSecret.Generate(), RandomSecret.Generate());
        var identity = new ClaimsIdentity(
            [
                new("state", state), new("nonce", nonce), new("verifier", verifier), new("returnUrl", purpose.ReturnUrl),
                .. purpose.Account is { } account ? [new Claim("account", account.ToString()), new Claim("token", purpose.Token ?? "")] : Array.Empty<Claim>(),
            ],
            Scheme);
        await http.SignInAsync(Scheme, new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = _clock.GetUtcNow().AddMinutes(10) });
        var query = QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = _options.ClientId,
            ["redirect_uri"] = _callback,
            ["scope"] = "openid",
            ["state"] = state,
            ["nonce"] = nonce,
            ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        });
        return new Uri(configuration.AuthorizationEndpoint + query);
    }

    /// <summary>Browsers hold the policy of the page with the button against the redirect, too.</summary>
    public async Task LetFormsLeadThereAsync(HttpContext http, CancellationToken ct)
    {
        if (IsUsed)
            Page.LetFormsLeadTo(http, new Uri((await DiscoverAsync(ct)).AuthorizationEndpoint));
    }

    /// <summary>Who came back; null where the answer is not to what this browser asked, or the provider refused.</summary>
    public async Task<ExternalIdentity?> FinishAsync(HttpContext http, CancellationToken ct)
    {
        var asked = (await http.AuthenticateAsync(Scheme)).Principal;
        await http.SignOutAsync(Scheme);
        var query = http.Request.Query;
        if (asked is null || query["state"] != asked.FindFirstValue("state") || query["code"] is not [{ Length: > 0 } code])
            return null;

        var configuration = await DiscoverAsync(ct);
        if (await ExchangeAsync(configuration.TokenEndpoint, code, asked.FindFirstValue("verifier")!, ct) is not { } idToken)
            return null;

        var verdict = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(idToken, new TokenValidationParameters
        {
            ValidIssuer = configuration.Issuer,
            ValidAudience = _options.ClientId,
            // It is read again where a token names a key that is not in it: providers rotate theirs.
            ConfigurationManager = _discovery,
            ValidAlgorithms = Algorithms,
            ClockSkew = TimeSpan.FromMinutes(1),
        });
        if (!verdict.IsValid || verdict.ClaimsIdentity.FindFirst("nonce")?.Value != asked.FindFirstValue("nonce") || verdict.ClaimsIdentity.FindFirst("sub")?.Value is not { } subject)
            return null;

        var purpose = new ExternalPurpose(
            asked.FindFirstValue("returnUrl")!, Guid.TryParse(asked.FindFirstValue("account"), out var account) ? account : null, asked.FindFirstValue("token"));
        return new ExternalIdentity(configuration.Issuer, subject, verdict.ClaimsIdentity.FindAll("amr").Any(method => StrongMethods.Contains(method.Value, StringComparer.Ordinal)), purpose);
    }

    /// <summary>The id token, or null where the provider gives none for this code.</summary>
    private async Task<string?> ExchangeAsync(string endpoint, string code, string verifier, CancellationToken ct)
    {
        try
        {
            using var answer = await _http.PostAsync(endpoint, new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["redirect_uri"] = _callback,
                ["client_id"] = _options.ClientId,
                ["client_secret"] = _options.ClientSecret,
                ["code_verifier"] = verifier,
            }), ct);
            return answer.IsSuccessStatusCode ? (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>(ct))?["id_token"] : null;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new ProviderAwayException(e);
        }
    }

    private async Task<OpenIdConnectConfiguration> DiscoverAsync(CancellationToken ct)
    {
        try
        {
            // Who answers for another issuer could name its people (OpenID Connect Discovery, section 4.3).
            return await _discovery!.GetConfigurationAsync(ct) is var found && found.Issuer == _options.Authority
                ? found
                : throw new InvalidOperationException($"ExternalProvider:Authority is {_options.Authority}, but the provider there calls itself {found.Issuer}.");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            throw new ProviderAwayException(e);
        }
    }
}

/// <summary>The provider does not answer: nobody signs in until it does.</summary>
internal sealed class ProviderAwayException(Exception cause) : Exception("The OpenID Connect provider does not answer.", cause);
