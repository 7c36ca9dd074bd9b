using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>What a library that knows the standards and nothing of this platform can do, through the gateway.</summary>
public sealed class StandardClientTests(Platform platform) : IAsyncLifetime
{
    private const string RedirectUri = "https://app.example.org/back";
    private const string SignedOut = "https://app.example.org/signed-out";
    private const string Everything = "read openid profile email offline_access";
    private StandardClient? _client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private StandardClient Client => _client!;

    public async ValueTask InitializeAsync() => _client = await StandardClient.StartAsync(Ct);

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
    }

    [Fact]
    public async Task Discovery_NamesEveryEndpoint_AndNothingWeak()
    {
        var metadata = await DiscoverAsync("docs");

        foreach (var endpoint in (string[])["authorization", "token", "userinfo", "introspection", "revocation", "end_session", "device_authorization", "pushed_authorization_request"])
            Assert.StartsWith($"{platform.Stack.Address}connect/", (string)metadata[$"{endpoint}_endpoint"]!, StringComparison.Ordinal);
        Assert.Equal(platform.Stack.Address.AbsoluteUri, (string)metadata["issuer"]!);
        Assert.Equal(["S256"], metadata["code_challenge_methods_supported"]!.AsArray().Select(method => (string)method!));
        Assert.Equal(["code"], metadata["response_types_supported"]!.AsArray().Select(type => (string)type!));
        Assert.Equal(["ES256"], metadata["id_token_signing_alg_values_supported"]!.AsArray().Select(algorithm => (string)algorithm!));
        Assert.Equal(
            ["authorization_code", "client_credentials", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            metadata["grant_types_supported"]!.AsArray().Select(grant => (string)grant!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientCredentials_GiveAToken_ThatTheApiTakesAndIntrospectionKnows(bool basic)
    {
        var (id, secret) = await SystemAsync();
        await DiscoverAsync(id, secret, basic);

        var token = (string)(await Client.SucceedAsync("clientCredentials", new { scope = "read" }, Ct))["access_token"]!;

        Assert.Equal(200, await StatusAsync(token));
        var known = await Client.SucceedAsync("introspect", new { token }, Ct);
        Assert.Equal((true, id, id), ((bool)known["active"]!, (string)known["client_id"]!, (string)known["sub"]!));
        (await platform.Stack.As("steward").PostAsync($"/api/v1/clients/{id}/revocation", null, Ct)).Expect(200);
        Assert.Equal("invalid_client", await Client.FailAsync("clientCredentials", new { }, Ct));
    }

    [Fact]
    public async Task ClientCredentials_OfAnotherSecretOrScope_AreRefusedAsTheStandardSays()
    {
        var (id, secret) = await SystemAsync();

        await DiscoverAsync(id, secret);
        Assert.Equal("invalid_scope", await Client.FailAsync("clientCredentials", new { scope = "everything" }, Ct));
        await DiscoverAsync(id, "made-up");
        Assert.Equal("invalid_client", await Client.FailAsync("clientCredentials", new { }, Ct));
    }

    [Theory]
    [InlineData("authorize")]
    [InlineData("push")]
    public async Task Code_WithPkce_GivesTokensOfThePerson(string how)
    {
        using var browser = await ReaderAsync();
        await DiscoverAsync(await AppAsync());

        var tokens = await SignInAsync(browser, how);

        Assert.Equal(200, await StatusAsync((string)tokens["access_token"]!));
        var subject = (string)tokens["claims"]!["sub"]!;
        var who = await Client.SucceedAsync("userInfo", new { token = (string)tokens["access_token"]!, subject }, Ct);
        Assert.Equal((subject, "reader@example.org", "Development reader"), ((string)who["sub"]!, (string)who["email"]!, (string)who["name"]!));
    }

    [Fact]
    public async Task Refresh_RotatesTheToken_ForgivesABrokenConnection_AndEndsTheFamilyOnTheft()
    {
        using var browser = await ReaderAsync();
        await DiscoverAsync(await AppAsync());
        var first = (string)(await SignInAsync(browser))["refresh_token"]!;

        var second = await Client.SucceedAsync("refresh", new { token = first }, Ct);
        var again = await Client.SucceedAsync("refresh", new { token = first }, Ct);
        Assert.Equal(3, ((string[])[first, (string)second["refresh_token"]!, (string)again["refresh_token"]!]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(200, await StatusAsync((string)again["access_token"]!));

        await platform.Stack.ExecuteAsync("membership", "update session_token set redemption_date = redemption_date - interval '31 seconds'", Ct);
        Assert.Equal("invalid_grant", await Client.FailAsync("refresh", new { token = first }, Ct));
        Assert.Equal("invalid_grant", await Client.FailAsync("refresh", new { token = (string)second["refresh_token"]! }, Ct));
        Assert.Equal("invalid_grant", await Client.FailAsync("refresh", new { token = (string)again["refresh_token"]! }, Ct));
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task Revocation_OfEitherToken_EndsTheSession(string kind)
    {
        using var browser = await ReaderAsync();
        await DiscoverAsync(await AppAsync());
        var tokens = await SignInAsync(browser);

        await Client.SucceedAsync("revoke", new { token = (string)tokens[kind]! }, Ct);

        Assert.Equal("invalid_grant", await Client.FailAsync("refresh", new { token = (string)tokens["refresh_token"]! }, Ct));
        await Until.TrueAsync(async () => await StatusAsync((string)tokens["access_token"]!) == 401, "the access token is refused", Ct);
        // What does not exist is revoked already.
        await Client.SucceedAsync("revoke", new { token = "made-up" }, Ct);
    }

    [Fact]
    public async Task Introspection_OfAPersonsToken_SaysWhenItIsOver()
    {
        using var browser = await ReaderAsync();
        var (id, secret) = await ConfidentialAppAsync();
        await DiscoverAsync(id, secret);
        var token = (string)(await SignInAsync(browser))["access_token"]!;
        Assert.True((bool)(await Client.SucceedAsync("introspect", new { token }, Ct))["active"]!);

        await Client.SucceedAsync("revoke", new { token }, Ct);

        Assert.False((bool)(await Client.SucceedAsync("introspect", new { token }, Ct))["active"]!);
    }

    [Fact]
    public async Task EndSession_SignsOutOfTheAppAndTheBrowser_AndComesBack()
    {
        using var browser = await ReaderAsync();
        await DiscoverAsync(await AppAsync());
        var tokens = await SignInAsync(browser);

        var url = new Uri((string)(await Client.SucceedAsync("endSession", new { idToken = (string)tokens["id_token"]!, back = SignedOut }, Ct))["url"]!);
        var sent = (await browser.GetAsync(url.PathAndQuery, Ct)).Is(302);

        Assert.Equal($"{SignedOut}?state=bye", sent.Location);
        Assert.Equal("/account/sign-in", (await browser.GetAsync("/account", Ct)).Is(302).Location);
        Assert.Equal("invalid_grant", await Client.FailAsync("refresh", new { token = (string)tokens["refresh_token"]! }, Ct));
    }

    [Fact]
    public async Task EndSession_ByAStrangersLink_AsksThePerson()
    {
        using var browser = await ReaderAsync();

        (await browser.GetAsync("/connect/end-session", Ct)).Is(200);
        (await browser.GetAsync("/account", Ct)).Is(200);
        await browser.GetAsync("/connect/end-session", Ct);
        (await browser.PostAsync("/connect/end-session", Ct)).Is(302);

        (await browser.GetAsync("/account", Ct)).Is(302);
    }

    [Fact]
    public async Task Device_WithoutABrowser_IsLetInOnAnotherOne()
    {
        using var browser = await ReaderAsync();
        await DiscoverAsync("cli");
        var device = await Client.SucceedAsync("device", new { scope = Everything }, Ct);
        var polling = Client.SucceedAsync("poll", new { }, Ct);

        var page = (await browser.GetAsync(new Uri((string)device["verification_uri_complete"]!).PathAndQuery, Ct)).Is(200);
        Assert.Contains((string)device["user_code"]!, page.Text, StringComparison.Ordinal);
        Assert.Equal("/connect/verify/done", (await browser.PostAsync("/connect/verify", Ct, ("answer", "allow"))).Is(302).Location);
        var tokens = await polling;

        Assert.Equal(200, await StatusAsync((string)tokens["access_token"]!));
        await Client.SucceedAsync("refresh", new { token = (string)tokens["refresh_token"]! }, Ct);
        (await browser.GetAsync("/connect/verify?user_code=000000000000", Ct)).Is(404);
    }

    [Fact]
    public async Task Device_ThatThePersonRefuses_GetsNothing()
    {
        using var browser = await ReaderAsync();
        await DiscoverAsync("cli");
        var device = await Client.SucceedAsync("device", new { scope = "read" }, Ct);

        await browser.GetAsync(new Uri((string)device["verification_uri_complete"]!).PathAndQuery, Ct);
        (await browser.PostAsync("/connect/verify", Ct, ("answer", "refuse"))).Is(302);

        Assert.Equal("access_denied", await Client.FailAsync("poll", new { }, Ct));
    }

    private Task<JsonNode> DiscoverAsync(string clientId, string? secret = null, bool basic = false) =>
        Client.SucceedAsync("discover", new { issuer = platform.Stack.Address.AbsoluteUri, clientId, secret, basic }, Ct);

    private async Task<PageBrowser> ReaderAsync()
    {
        var browser = new PageBrowser(platform.Stack.Address);
        await (await DevelopmentAccount.OfAsync(platform.Stack, "reader", Ct)).SignInAsync(browser, Ct);
        return browser;
    }

    /// <summary>The person lets the app in that the client is; gives its tokens.</summary>
    private async Task<JsonNode> SignInAsync(PageBrowser browser, string how = "authorize")
    {
        var url = new Uri((string)(await Client.SucceedAsync(how, new { redirectUri = RedirectUri, scope = Everything }, Ct))["url"]!);
        (await browser.GetAsync(url.PathAndQuery, Ct)).Is(200);
        var back = (await browser.PostAsync("/connect/authorize", Ct, ("answer", "allow"))).Is(302).Location;
        return await Client.SucceedAsync("exchange", new { url = back }, Ct);
    }

    private async Task<string> AppAsync() => (await AddAsync("app", new { redirectUris = (string[])[RedirectUri], postLogoutRedirectUris = (string[])[SignedOut] })).Id;

    private Task<(string Id, string Secret)> ConfidentialAppAsync() => AddAsync("app", new { redirectUris = (string[])[RedirectUri], confidential = true });

    private Task<(string Id, string Secret)> SystemAsync() => AddAsync("system", new { grants = (string[])["reader@insp1r"] });

    private async Task<(string Id, string Secret)> AddAsync(string kind, object more)
    {
        var id = $"standard-{Guid.NewGuid():N}"[..30];
        var request = JsonSerializer.SerializeToNode(more)!.AsObject();
        (request["clientId"], request["kind"], request["description"], request["scopes"]) = (id, kind, "A standard client", new JsonArray("read"));
        var added = (await platform.Stack.As("steward").PostAsync("/api/v1/clients", request.ToJsonString(), Ct)).Expect(201).Json;
        return (id, (string?)added["secret"] ?? "");
    }

    private async Task<int> StatusAsync(string token) =>
        (await platform.Stack.Anonymous.GetAsync("/api/v1/organisations?limit=1", Ct, ("Authorization", $"Bearer {token}"))).Status;
}
