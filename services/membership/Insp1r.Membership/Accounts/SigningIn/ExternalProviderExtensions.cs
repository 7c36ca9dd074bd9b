using Insp1r.ServiceDefaults.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Accounts.SigningIn;

/// <summary>The framework's OpenID Connect handler as a client of <see cref="ExternalProvider"/>: authorization code, PKCE, state and nonce.</summary>
internal static class ExternalProviderExtensions
{
    // Also how long a browser keeps the cookies of state and nonce.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    // What is signed with a secret proves nothing.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static void AddExternalProvider(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ExternalProvider>();
        services.AddOptions<ExternalProviderOptions>().BindConfiguration(ExternalProviderOptions.Section)
            .Validate(provider => !provider.IsUsed || provider is { ClientId.Length: > 0, ClientSecret.Length: > 0 }, "ExternalProvider needs a ClientId and a ClientSecret.")
            .Validate<IHostEnvironment>((provider, host) => !provider.IsUsed || provider.IsReachedSafely(host), "ExternalProvider:Authority must be an https address.")
            .ValidateOnStart();

        // The endpoints of tokens ask every registered scheme whether a request is for it; one without settings would answer each with an error.
        if (builder.Configuration.GetSection(ExternalProviderOptions.Section).Get<ExternalProviderOptions>() is not { IsUsed: true })
            return;

        services.AddHttpClient(ExternalProvider.Scheme);
        services.AddAuthentication().AddOpenIdConnect(ExternalProvider.Scheme, _ => { });
        services.AddOptions<OpenIdConnectOptions>(ExternalProvider.Scheme)
            .Configure<IOptions<ExternalProviderOptions>, IOptions<AuthorityOptions>, IHttpClientFactory>(Configure);
    }

    private static void Configure(
        OpenIdConnectOptions protocol, IOptions<ExternalProviderOptions> provider, IOptions<AuthorityOptions> authority, IHttpClientFactory clients)
    {
        protocol.Authority = provider.Value.Authority;
        protocol.ClientId = provider.Value.ClientId;
        protocol.ClientSecret = provider.Value.ClientSecret;
        protocol.RequireHttpsMetadata = protocol.Authority!.StartsWith(Uri.UriSchemeHttps + ":", StringComparison.OrdinalIgnoreCase);
        protocol.Backchannel = clients.CreateClient(ExternalProvider.Scheme);

        protocol.CallbackPath = "/account/provider/callback";
        protocol.ResponseType = OpenIdConnectResponseType.Code;
        // The answer is a link and not a form of another site, to which browsers would send no Lax cookie.
        protocol.ResponseMode = OpenIdConnectResponseMode.Query;
        // Providers may offer it without allowing it to every client; what is asked holds no secret.
        protocol.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        protocol.Scope.Clear();
        protocol.Scope.Add(OpenIdConnectScope.OpenId);
        protocol.MapInboundClaims = false;
        protocol.ClaimActions.Clear();
        protocol.DisableTelemetry = true;
        protocol.TokenValidationParameters.ValidAlgorithms = Algorithms;
        protocol.TokenValidationParameters.ClockSkew = TimeSpan.FromMinutes(1);

        protocol.RemoteAuthenticationTimeout = protocol.ProtocolValidator.NonceLifetime = Patience;
        protocol.CorrelationCookie.BindToThisHost("state.", authority.Value.IsHttps);
        protocol.NonceCookie.BindToThisHost("nonce.", authority.Value.IsHttps);

        var callback = authority.Value.Issuer + protocol.CallbackPath;
        protocol.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = context =>
            {
                // The handler knows the address behind the gateway only.
                context.ProtocolMessage.RedirectUri = callback;
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                // The handler takes an unsigned token, since it came over TLS (OpenID Connect Core, section 3.1.3.7); here none is believed.
                return context.SecurityToken.Header.Alg != SecurityAlgorithms.None
                    ? Task.CompletedTask : throw new SecurityTokenInvalidSignatureException("The id token is not signed.");
            },
            OnTicketReceived = LeaveToPage,
            OnRemoteFailure = LeaveToPage,
        };
    }

    /// <summary><see cref="ExternalProvider.FinishAsync"/> reads how it went; the handler itself answers nothing.</summary>
    private static Task LeaveToPage<TContext>(TContext context) where TContext : HandleRequestContext<RemoteAuthenticationOptions>
    {
        context.HttpContext.Features.Set(context);
        context.HandleResponse();
        return Task.CompletedTask;
    }
}
