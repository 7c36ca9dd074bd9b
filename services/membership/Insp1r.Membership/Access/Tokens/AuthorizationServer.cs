using System.Security.Cryptography;
using Insp1r.Membership.Access.Clients;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.ServiceDefaults.Access;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.EntityFrameworkCore.Models;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using Claims = OpenIddict.Abstractions.OpenIddictConstants.Claims;
using Scopes = Insp1r.ServiceDefaults.Access.Scopes;

namespace Insp1r.Membership.Access.Tokens;

/// <summary>OpenIddict: what it may do here, and where it keeps what it has to remember.</summary>
internal static class AuthorizationServer
{
    public static IServiceCollection AddAuthorizationServer(this IServiceCollection services)
    {
        services.AddSingleton<SigningKeyRing>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(provider => provider.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(provider => provider.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<ServiceTokens>();
        services.AddScoped<AppSessions>();
        services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<AuthorityOptions>>((server, authority) => server.Issuer = new Uri(authority.Value.IssuerName));

        // It tells of each request what is in it.
        services.AddLogging(logging => logging.AddFilter("OpenIddict", LogLevel.Warning));
        services.AddOpenIddict().AddCore(Remember).AddServer(Serve);
        return services;
    }

    /// <summary>
    /// Lets OpenIddict see the requests that are for it, as they were sent to the platform's public address. Requests to the API do not
    /// pass through it.
    /// </summary>
    public static void UseAuthorizationServer(this WebApplication app)
    {
        var address = new Uri(app.Services.GetRequiredService<IOptions<AuthorityOptions>>().Value.Issuer);
        // Otherwise the framework puts the middleware in front of everything, once there is any scheme.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments("/connect") || http.Request.Path.StartsWithSegments("/.well-known"),
            protocol =>
            {
                protocol.Use(async (http, next) =>
                {
                    (http.Request.Scheme, http.Request.Host) = (address.Scheme, HostString.FromUriComponent(address));
                    http.Request.PathBase = address.AbsolutePath.TrimEnd('/');
                    try
                    {
                        await next(http);
                    }
                    catch (InvalidDataException e) when (!http.Response.HasStarted)
                    {
                        // A form with too many fields, or too long ones.
                        await TypedResults.BadRequest(new OAuthErrors.Response(Errors.InvalidRequest, e.Message)).ExecuteAsync(http);
                    }
                });
                protocol.UseAuthentication();
                protocol.Use((http, next) =>
                {
                    // What it refused, the page says; but a handler behind a filter is not called once the status is 400.
                    http.Response.StatusCode = StatusCodes.Status200OK;
                    return next(http);
                });
            });
    }

    private static void Remember(OpenIddictCoreBuilder core)
    {
        core.UseEntityFrameworkCore().UseDbContext<MembershipDb>()
            .ReplaceDefaultEntities<Client, AccountSession, OpenIddictEntityFrameworkCoreScope<Guid>, SessionToken, Guid>();
        core.ReplaceApplicationManager<Client, ClientManager>();
        core.ReplaceScopeManager<OpenIddictEntityFrameworkCoreScope<Guid>, ScopeManager>();
        core.ReplaceTokenManager<SessionToken, SessionTokenManager>();
    }

    private static void Serve(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris("connect/authorize")
            .SetPushedAuthorizationEndpointUris("connect/par")
            .SetTokenEndpointUris("connect/token")
            .SetDeviceAuthorizationEndpointUris("connect/device")
            .SetEndUserVerificationEndpointUris("connect/verify")
            .SetUserInfoEndpointUris("connect/userinfo")
            .SetIntrospectionEndpointUris("connect/introspection")
            .SetRevocationEndpointUris("connect/revocation")
            .SetEndSessionEndpointUris("connect/end-session")
            .SetConfigurationEndpointUris(".well-known/openid-configuration", ".well-known/oauth-authorization-server")
            .SetJsonWebKeySetEndpointUris(".well-known/jwks.json");

        server.AllowClientCredentialsFlow().AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().AllowDeviceAuthorizationFlow();
        server.RequireProofKeyForCodeExchange();
        server.RegisterScopes([.. Scopes.All, OpenIddictConstants.Scopes.Profile, OpenIddictConstants.Scopes.Email]);
        server.RegisterClaims(
            Claims.Subject, Claims.AuthenticationTime, Claims.AuthenticationMethodReference, Claims.Name, Claims.Locale, Claims.Email, Claims.EmailVerified);
        server.Configure(options =>
        {
            options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
            // A page that sends itself on by a script would be the only one here that loads code.
            options.ResponseModes.IntersectWith([ResponseModes.Query]);
            options.PromptValues.IntersectWith([PromptValues.None, PromptValues.Login, PromptValues.Consent]);
            options.ClientAuthenticationMethods.IntersectWith([ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.ClientSecretPost]);
            options.RequestTokenLifetime = TimeSpan.FromMinutes(5);
        });

        server.SetAuthorizationCodeLifetime(TimeSpan.FromMinutes(1))
            .SetDeviceCodeLifetime(TimeSpan.FromMinutes(10))
            .SetUserCodeLifetime(TimeSpan.FromMinutes(10))
            .SetAccessTokenLifetime(SigningKeyRing.TokenLifetime)
            .SetIdentityTokenLifetime(SigningKeyRing.TokenLifetime)
            .SetRefreshTokenLifetime(AppSessions.RefreshTokenLifetime)
            .SetRefreshTokenReuseLeeway(TimeSpan.FromSeconds(30));

        // Services check access tokens by themselves, so these are signed and not encrypted. What comes back to this service alone is
        // protected by Data Protection, whose keys outlive those that sign.
        server.DisableAccessTokenEncryption();
        server.UseDataProtection().PreferDefaultAccessTokenFormat();
        // OpenIddict insists on one, and then has nothing to encrypt with it.
        server.AddEncryptionKey(new SymmetricSecurityKey(RandomNumberGenerator.GetBytes(32)));

        // A session begins where a person lets an app in, and nowhere else.
        server.RemoveEventHandler(OpenIddictServerHandlers.AttachAuthorization.Descriptor);
        server.RemoveEventHandler(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor);
        server.AddEventHandler<ApplyAuthorizationResponseContext>(handler => handler
            .UseScopedHandler<SendErrorBack>().SetOrder(OpenIddictServerHandlers.Authentication.InferResponseMode.Descriptor.Order + 1));
        server.AddEventHandler<HandleRevocationRequestContext>(handler => handler.UseScopedHandler<EndRevokedSession>());
        server.AddEventHandler<GenerateTokenContext>(handler => handler
            .UseSingletonHandler<SignAccessToken>().SetOrder(OpenIddictServerHandlers.Protection.AttachSecurityCredentials.Descriptor.Order + 1));
        server.AddEventHandler<ValidateTokenContext>(handler => handler
            .UseSingletonHandler<RefuseWithdrawn>().SetOrder(OpenIddictServerHandlers.Protection.ValidateAuthorizationEntry.Descriptor.Order + 1));

        server.UseAspNetCore()
            .EnableAuthorizationEndpointPassthrough()
            .EnableTokenEndpointPassthrough()
            .EnableEndUserVerificationEndpointPassthrough()
            .EnableUserInfoEndpointPassthrough()
            .EnableEndSessionEndpointPassthrough()
            .EnableErrorPassthrough()
            .SuppressJsonResponseIndentation()
            // TLS ends before the gateway.
            .DisableTransportSecurityRequirement();
    }
}
