using System.Security.Claims;
using Insp1r.Membership.Accounts.Pages;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

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

    public bool IsUsed => !string.IsNullOrEmpty(Authority);

    /// <summary>The provider is reached over TLS; in development, or on this machine, also without.</summary>
    public bool IsReachedSafely(IHostEnvironment host) =>
        Uri.TryCreate(Authority, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || host.IsDevelopment())));
}

/// <summary>Who the provider says that this is. <paramref name="Purpose"/> is what the person set out for.</summary>
internal sealed record ExternalIdentity(string Issuer, string Subject, bool SecondFactor, ExternalPurpose Purpose);

/// <summary>Signing in to go back somewhere, or taking up an invitation.</summary>
internal sealed record ExternalPurpose(string ReturnUrl, Guid? Account, string? Token);

/// <summary>Sends people to the provider and receives them back. The protocol is the framework's, see <see cref="ExternalProviderExtensions"/>.</summary>
internal sealed class ExternalProvider(IOptions<ExternalProviderOptions> options, IOptionsMonitor<OpenIdConnectOptions> protocol)
{
    public const string Scheme = "external";
    private const string AccountItem = "account";
    private const string TokenItem = "token";

    // What "amr" has to name for a second factor (RFC 8176).
    private static readonly string[] StrongMethods = ["mfa", "otp", "hwk", "swk", "sc"];

    public bool IsUsed => options.Value.IsUsed;

    /// <summary>Null where people sign in with a password of this platform, as <see cref="Name"/> is.</summary>
    public string? Issuer => IsUsed ? options.Value.Authority : null;

    public string? Name => IsUsed ? options.Value.Name : null;

    /// <summary>Sends the browser to the provider. The purpose travels along, encrypted in the state.</summary>
    public async Task<ChallengeHttpResult> BeginAsync(ExternalPurpose purpose, CancellationToken ct)
    {
        await DiscoverAsync(ct);
        var properties = new AuthenticationProperties { RedirectUri = purpose.ReturnUrl };
        if (purpose.Account is { } account)
            (properties.Items[AccountItem], properties.Items[TokenItem]) = (account.ToString(), purpose.Token);
        return TypedResults.Challenge(properties, [Scheme]);
    }

    /// <summary>Browsers hold the policy of the page with the button against the redirect, too.</summary>
    public async Task LetFormsLeadThereAsync(HttpContext http, CancellationToken ct)
    {
        if (IsUsed)
            Page.LetFormsLeadTo(http, new Uri((await DiscoverAsync(ct)).AuthorizationEndpoint));
    }

    /// <summary>Who came back; null where the answer is not to what this browser asked, or the provider refused.</summary>
    /// <remarks>The handler runs here and not in a middleware, so that the rules of pages hold for this address, too.</remarks>
    public async Task<ExternalIdentity?> FinishAsync(HttpContext http, CancellationToken ct)
    {
        await DiscoverAsync(ct);
        var handlers = http.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>();
        await ((IAuthenticationRequestHandler)(await handlers.GetHandlerAsync(http, Scheme))!).HandleRequestAsync();

        if (http.Features.Get<RemoteFailureContext>() is { } failed && IsAway(failed.Failure))
            throw new ProviderAwayException(failed.Failure!);
        return http.Features.Get<TicketReceivedContext>() is { } received ? Read(received.Principal!, received.Properties!, received.ReturnUri) : null;
    }

    private static ExternalIdentity? Read(ClaimsPrincipal principal, AuthenticationProperties properties, string? returnUrl)
    {
        if (principal.FindFirst(JwtRegisteredClaimNames.Iss)?.Value is not { } issuer || principal.FindFirst(JwtRegisteredClaimNames.Sub)?.Value is not { } subject)
            return null;

        var account = Guid.TryParse(properties.Items.TryGetValue(AccountItem, out var id) ? id : null, out var invited) ? invited : (Guid?)null;
        var purpose = new ExternalPurpose(Page.SafeReturn(returnUrl), account, properties.Items.TryGetValue(TokenItem, out var token) ? token : null);
        var isStrong = principal.FindAll(JwtRegisteredClaimNames.Amr).Any(method => StrongMethods.Contains(method.Value, StringComparer.Ordinal));
        return new ExternalIdentity(issuer, subject, isStrong, purpose);
    }

    private static bool IsAway(Exception? failure) =>
        failure is HttpRequestException or IOException or OperationCanceledException or TimeoutException or Polly.ExecutionRejectedException
        || (failure?.InnerException is { } cause && IsAway(cause));

    private async Task<OpenIdConnectConfiguration> DiscoverAsync(CancellationToken ct)
    {
        try
        {
            // Who answers for another issuer could name its people (OpenID Connect Discovery, section 4.3).
            return await protocol.Get(Scheme).ConfigurationManager!.GetConfigurationAsync(ct) is var found && found.Issuer == Issuer
                ? found
                : throw new InvalidOperationException($"ExternalProvider:Authority is {Issuer}, but the provider there calls itself {found.Issuer}.");
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            throw new ProviderAwayException(e);
        }
    }
}

/// <summary>The provider does not answer: nobody signs in until it does.</summary>
internal sealed class ProviderAwayException(Exception cause) : Exception("The OpenID Connect provider does not answer.", cause);
