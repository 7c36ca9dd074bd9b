using System.Security.Claims;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>
/// Another OpenID Connect provider: an OpenIddict server at an address of its own, which has nothing of the platform. The tests say who
/// is signed in there, and what it does to them.
/// </summary>
internal sealed class OtherProvider : IAsyncDisposable
{
    public const string ClientId = "insp1r-platform";
    public const string ClientSecret = "the secret that the platform shares with it";
    private readonly WebApplication _app;
    private readonly string _callback;

    private OtherProvider(string issuer, string callback)
    {
        (Issuer, _callback) = (issuer, callback);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(issuer);
        builder.Services.AddOpenIddict().AddServer(Serve);
        _app = builder.Build();
        _app.UseAuthentication();
    }

    /// <summary>As its metadata and its tokens say it.</summary>
    public string Issuer { get; }

    /// <summary>Who is signed in there.</summary>
    public string Person { get; set; } = "";

    /// <summary>How that person signed in: <c>amr</c>.</summary>
    public string[] Methods { get; set; } = ["pwd"];

    public bool Denies { get; set; }

    /// <summary>Whom id tokens are for, instead of the client that asks.</summary>
    public string? Audience { get; set; }

    /// <summary>What becomes of an id token on its way out.</summary>
    public Func<string, string>? Forge { get; set; }

    public static async Task<OtherProvider> StartAsync(string callback, CancellationToken ct)
    {
        var provider = new OtherProvider($"http://127.0.0.1:{FreePort.Next()}/", callback);
        await provider._app.StartAsync(ct);
        return provider;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void Serve(OpenIddictServerBuilder server)
    {
        server.SetIssuer(new Uri(Issuer)).SetAuthorizationEndpointUris("authorize").SetTokenEndpointUris("token");
        server.AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange();
        server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
        server.UseAspNetCore().DisableTransportSecurityRequirement();
        // Without a database: it has one client, which it knows by heart.
        server.EnableDegradedMode();
        server.AddEventHandler<ValidateAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            if (context.ClientId != ClientId || context.RedirectUri != _callback)
                context.Reject(Errors.InvalidClient);
            return default;
        }));
        server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            if (context.ClientId != ClientId || context.ClientSecret != ClientSecret)
                context.Reject(Errors.InvalidClient);
            return default;
        }));
        server.AddEventHandler<HandleAuthorizationRequestContext>(handler => handler.UseInlineHandler(context =>
        {
            if (Denies)
                context.Reject(Errors.AccessDenied);
            else
                context.SignIn(SignedIn(context.Request));
            return default;
        }));
        server.AddEventHandler<ProcessSignInContext>(handler => handler
            .UseInlineHandler(context =>
            {
                if (Audience is not null)
                    context.IdentityTokenPrincipal?.SetAudiences(Audience);
                return default;
            })
            .SetOrder(OpenIddictServerHandlers.PrepareIdentityTokenPrincipal.Descriptor.Order + 1));
        server.AddEventHandler<ApplyTokenResponseContext>(handler => handler
            .UseInlineHandler(context =>
            {
                if (context.Response.IdToken is { } token && Forge is not null)
                    context.Response.IdToken = Forge(token);
                return default;
            })
            .SetOrder(int.MinValue + 1));
    }

    private ClaimsPrincipal SignedIn(OpenIddictRequest request)
    {
        var identity = new ClaimsIdentity("OtherProvider");
        identity.SetClaim(Claims.Subject, Person).SetClaims(Claims.AuthenticationMethodReference, [.. Methods]);
        identity.SetScopes(request.GetScopes()).SetDestinations(_ => [Destinations.IdentityToken]);
        return new ClaimsPrincipal(identity);
    }
}

/// <summary>The platform with <see cref="OtherProvider"/> as its login.</summary>
public sealed class SignedInElsewhere(Shared shared) : IAsyncLifetime
{
    private const string Node = "insp1r";
    private OtherProvider? _provider;
    private MembershipApp? _here;

    internal OtherProvider Provider => _provider!;
    internal MembershipApp Here => _here!;
    internal string Database { get; private set; } = "";

    private (string, string)[] Settings =>
    [
        .. shared.Mail.Settings, ("ExternalProvider:Authority", Provider.Issuer), ("ExternalProvider:Name", "Union login"),
        ("ExternalProvider:ClientId", OtherProvider.ClientId), ("ExternalProvider:ClientSecret", OtherProvider.ClientSecret),
    ];

    public async ValueTask InitializeAsync()
    {
        var port = FreePort.Next();
        var address = $"http://127.0.0.1:{port}";
        Database = await shared.Postgres.CreateDatabaseAsync($"elsewhere_{port}", CancellationToken.None);
        _provider = await OtherProvider.StartAsync($"{address}/account/provider/callback", CancellationToken.None);
        _here = MembershipApp.StartAt(port, Database, [.. Settings, ("Authority:Issuer", address)]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_here is not null)
            await _here.DisposeAsync();
        if (_provider is not null)
            await _provider.DisposeAsync();
    }

    /// <summary>The platform once more, with something set otherwise.</summary>
    internal MembershipApp StartAgain((string, string) setting) => MembershipApp.Start(Database, [.. Settings, setting]);

    /// <summary>Somebody new at the provider, who is signed in there by password, and lets the platform know.</summary>
    internal void NextPerson(params string[] methods) =>
        (Provider.Person, Provider.Methods, Provider.Denies, Provider.Audience, Provider.Forge) = (Guid.NewGuid().ToString(), methods is [] ? ["pwd"] : methods, false, null, null);

    /// <summary>The link of an invitation that a person here got by mail, and the address it came to.</summary>
    internal async Task<(string Email, Uri Link)> InviteAsync(string role, CancellationToken ct)
    {
        using var steward = Here.As("steward", $"steward@{Node}");
        var email = $"{Guid.NewGuid():N}@example.org";
        var person = (await steward.PostAsync("/api/v1/persons", new { node = Node, name = "Somebody", email, language = "en" }, ct)).Expect(201).Id;
        (await steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"{role}@{Node}"] }, ct)).Expect(201);
        return (email, (await shared.Mail.WaitForAsync(email, ct)).Link("/account/invitation"));
    }

    /// <summary>From the page that the browser sees to the provider; gives the address to which the provider sends it back.</summary>
    internal async Task<Uri> VisitAsync(PersonBrowser browser, CancellationToken ct)
    {
        var sent = (await browser.PostAsync("/account/provider", ct)).Is(302);
        using var there = new PersonBrowser(new Uri(Provider.Issuer));
        return new Uri((await there.GetAsync(sent.Location!, ct)).Is(302).Location!);
    }

    internal async Task<PageAnswer> SignInAsync(PersonBrowser browser, string page, CancellationToken ct)
    {
        (await browser.GetAsync(page, ct)).Is(200);
        return await browser.FollowAsync(await browser.GetAsync((await VisitAsync(browser, ct)).PathAndQuery, ct), ct);
    }
}
