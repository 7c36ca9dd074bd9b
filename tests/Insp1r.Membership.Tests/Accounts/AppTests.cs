using Insp1r.Testing.Stack;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Insp1r.Membership.Tests.Accounts;

public sealed class AppTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task App_GetsTokensForAPerson_AsFarAsThePersonMay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"contributor@{network.Node}");
        var app = await TestApp.AddAsync(shared, Ct);

        var back = await app.AskAsync(somebody.Browser, Ct);
        var tokens = (await app.ExchangeAsync(back["code"], Ct)).Expect(200).Json;

        Assert.Equal(("st&te=1", MembershipApp.Issuer + "/"), (back["state"], back["iss"]));
        using var api = app.With(tokens);
        (await api.PostAsync("/api/v1/organisations", network.Organisation("Registered by a person"), Ct)).Expect(201);
        (await api.PostAsync("/api/v1/nodes", new { path = $"{network.Node}.x", level = "national", names = new { en = "x" } }, Ct)).IsProblem(403, "forbidden");
        var idToken = new JsonWebToken((string)tokens["id_token"]!);
        Assert.Equal((somebody.Account.ToString(), "n0nce", app.ClientId), (idToken.Subject, idToken.GetClaim("nonce").Value, idToken.Audiences.Single()));
        // However the token came: when and how the person signed in stays what it was.
        var signedInAt = await shared.ScalarAsync<DateTime>("select created_at from account_session where account_id = $1 and app is null", Ct, somebody.Account);
        var refreshed = new JsonWebToken((string)(await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json["id_token"]!);
        foreach (var token in (JsonWebToken[])[idToken, refreshed])
            Assert.Equal((new DateTimeOffset(signedInAt).ToUnixTimeSeconds(), "pwd"), (token.GetPayloadValue<long>("auth_time"), token.GetPayloadValue<string[]>("amr").Single()));
        // An id token is no access token.
        using var confused = shared.App.With((string)tokens["id_token"]!);
        (await confused.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task Code_BroughtTwice_EndsWhatCameOfIt()
    {
        var (somebody, app) = await SignedInAsync();
        var code = (await app.AskAsync(somebody.Browser, Ct))["code"];
        var tokens = (await app.ExchangeAsync(code, Ct)).Expect(200).Json;
        using var api = app.With(tokens);
        (await api.GetAsync("/api/v1/organisations", Ct)).Expect(200);

        (await app.ExchangeAsync(code, Ct)).IsRefused("invalid_grant");

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).IsRefused("invalid_grant");
    }

    [Fact]
    public async Task Code_BroughtByManyAtOnce_IsGoodForOneAtMost()
    {
        var (somebody, app) = await SignedInAsync();
        var code = (await app.AskAsync(somebody.Browser, Ct))["code"];

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => app.ExchangeAsync(code, Ct)));

        Assert.InRange(answers.Count(answer => answer.Status == 200), 0, 1);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsRefused("invalid_grant"));
    }

    [Theory]
    [InlineData("code_verifier", "another", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_request")]
    [InlineData("code_verifier", "challenge", "invalid_grant")]
    [InlineData("redirect_uri", "http://127.0.0.1/cli", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("client_id", "another", "invalid_grant")]
    public async Task Code_BroughtWrongly_IsNoGood(string name, string? value, string error)
    {
        var (somebody, app) = await SignedInAsync();
        var other = await TestApp.AddAsync(shared, Ct);
        var code = (await app.AskAsync(somebody.Browser, Ct))["code"];

        var answer = await app.ExchangeAsync(code, Ct, (name, (name, value) switch
        {
            ("code_verifier", "another") => other.Verifier,
            ("code_verifier", "challenge") => app.Challenge,
            ("client_id", _) => other.ClientId,
            _ => value,
        }));

        answer.IsRefused(error);
    }

    [Fact]
    public async Task Code_BroughtLateOrMadeUp_IsNoGood()
    {
        var (somebody, app) = await SignedInAsync();
        var late = (await app.AskAsync(somebody.Browser, Ct))["code"];

        await shared.ScalarAsync<long>("with s as (update account_session set expires_at = now() - interval '1 second' where account_id = $1 and device = '' returning 1) select count(*) from s", Ct, somebody.Account);

        (await app.ExchangeAsync(late, Ct)).IsRefused("invalid_grant");
        (await app.ExchangeAsync("made-up", Ct)).IsRefused("invalid_grant");
    }

    [Theory]
    [InlineData("code_challenge", null)]
    [InlineData("code_challenge_method", null)]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("code_challenge", "short")]
    [InlineData("response_type", "token")]
    [InlineData("scope", "sync")]
    [InlineData("scope", null)]
    public async Task Request_WithLessThanPkce_OrTooMuch_IsRefusedToTheApp(string name, string? value)
    {
        var (somebody, app) = await SignedInAsync();

        var answer = (await somebody.Browser.GetAsync(app.Address(changes: [(name, value)]), Ct)).Is(302);

        Assert.StartsWith(TestApp.RedirectUri, answer.Location, StringComparison.Ordinal);
        Assert.Contains("error", answer.Back.Keys);
        Assert.DoesNotContain("code", answer.Back.Keys);
    }

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/back")]
    [InlineData("redirect_uri", "https://app.example.org/back/more")]
    [InlineData("redirect_uri", "https://app.example.org/back?x=1")]
    [InlineData("redirect_uri", "https://app.example.org.evil.example/back")]
    [InlineData("redirect_uri", "http://127.0.0.1:9000/other")]
    [InlineData("redirect_uri", "http://127.0.0.1@evil.example/cli")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "nobody")]
    public async Task Request_ToLeadElsewhere_LeadsNowhere(string name, string? value)
    {
        var (somebody, app) = await SignedInAsync();

        var page = (await somebody.Browser.GetAsync(app.Address(changes: [(name, value)]), Ct)).Is(400);
        Assert.Null(page.Location);
        Assert.Contains("does not come from an app that is known here", page.Text, StringComparison.Ordinal);
        await somebody.Browser.GetAsync(app.Address(), Ct);
        Assert.Null((await somebody.Browser.PostAsync("/connect/authorize", Ct, ("answer", "allow"), (name, value ?? ""))).Is(400).Location);
    }

    [Fact]
    public async Task ProgramOnOnesOwnMachine_ChoosesItsPort()
    {
        var (somebody, app) = await SignedInAsync();
        (await somebody.Browser.GetAsync(app.Address(changes: [("redirect_uri", "http://127.0.0.1:51234/cli")]), Ct)).Is(200);
        Assert.StartsWith("http://127.0.0.1:51234/cli?", (await somebody.Browser.PostAsync("/connect/authorize", Ct, ("answer", "allow"))).Is(302).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefreshToken_UsedAgainAfterTheLeeway_EndsTheFamily()
    {
        var (somebody, app) = await SignedInAsync();
        var first = await app.SignInAsync(somebody.Browser, Ct);
        var second = (await app.RefreshAsync((string)first["refresh_token"]!, Ct)).Expect(200).Json;
        var third = (await app.RefreshAsync((string)second["refresh_token"]!, Ct)).Expect(200).Json;
        using var api = app.With(third);
        (await api.GetAsync("/api/v1/organisations", Ct)).Expect(200);
        await UsedSomeTimeAgoAsync(somebody);

        (await app.RefreshAsync((string)first["refresh_token"]!, Ct)).IsRefused("invalid_grant");

        (await app.RefreshAsync((string)third["refresh_token"]!, Ct)).IsRefused("invalid_grant");
        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        Assert.Equal("token-used-twice", await shared.ScalarAsync<string>("select ended_because from account_session where account_id = $1 and app is not null", Ct, somebody.Account));
        // The person's browser is another session.
        (await somebody.Browser.GetAsync("/account", Ct)).Is(200);
    }

    [Fact]
    public async Task RefreshToken_UsedAgainAtOnce_IsTakenForABrokenConnection()
    {
        var (somebody, app) = await SignedInAsync();
        var first = await app.SignInAsync(somebody.Browser, Ct);
        (await app.RefreshAsync((string)first["refresh_token"]!, Ct)).Expect(200);

        var again = (await app.RefreshAsync((string)first["refresh_token"]!, Ct)).Expect(200).Json;

        using var api = app.With(again);
        (await api.GetAsync("/api/v1/organisations", Ct)).Expect(200);
        (await app.RefreshAsync((string)again["refresh_token"]!, Ct)).Expect(200);
    }

    [Fact]
    public async Task Code_InTheDatabase_CannotBeUsedByWhoReadsIt()
    {
        var (somebody, app) = await SignedInAsync();
        var code = (await app.AskAsync(somebody.Browser, Ct))["code"];
        var tokens = (await app.ExchangeAsync(code, Ct)).Expect(200).Json;

        foreach (var secret in (string[])[code, (string)tokens["refresh_token"]!, (string)tokens["access_token"]!])
            Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from session_token t where t::text like '%' || $1 || '%'", Ct, secret));
    }

    [Fact]
    public async Task RefreshToken_OfAnotherApp_IsNoGood()
    {
        var (somebody, app) = await SignedInAsync();
        var other = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);

        (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct, client: other.ClientId)).IsRefused("invalid_grant");
        Assert.Null((await app.SignInAsync(somebody.Browser, Ct, scope: "read"))["refresh_token"]);
    }

    [Fact]
    public async Task ChangedApp_DoesNoMoreThanItMayNow()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"contributor@{network.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var before = app.With(tokens);
        (await before.PostAsync("/api/v1/organisations", network.Organisation("Before"), Ct)).Expect(201);

        Assert.Equal(["/redirectUris/0 bad-address", "/scopes required"], (await ChangeAsync(new { redirectUris = (string[])["http://app.example.org"], scopes = Array.Empty<string>() })).IsProblem(422, "invalid").Faults().Order());
        var changed = (await ChangeAsync(new { description = "Reading app", scopes = (string[])["read"] })).Expect(200).Json;
        Assert.Equal(("Reading app", TestApp.RedirectUri, 2), ((string)changed["description"]!, (string)changed["redirectUris"]![0]!, (int)changed["version"]!));
        (await ChangeAsync(new { description = "Late" }, ("If-Match", "\"1\""))).IsProblem(412, "version-stale");

        (await before.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var after = app.With((await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json);
        (await after.GetAsync("/api/v1/organisations", Ct)).Expect(200);
        (await after.PostAsync("/api/v1/organisations", network.Organisation("After"), Ct)).IsProblem(403, "forbidden");
        Assert.Equal("membership.client-added membership.client-changed", await shared.ScalarAsync<string>(
            "select string_agg(type, ' ' order by subject_version) from change_log where subject_id = $1", Ct, Guid.Parse((string)changed["id"]!)));
        (await shared.Steward.PostAsync($"/api/v1/clients/{app.ClientId}/revocation", null, Ct)).Expect(200);
        (await ChangeAsync(new { description = "Over" })).IsProblem(409, "client-revoked");
        somebody.Browser.Dispose();

        Task<Answer> ChangeAsync(object changes, params (string, string)[] headers) =>
            shared.Steward.PatchAsync($"/api/v1/clients/{app.ClientId}", changes, Ct, headers is [] ? [("If-Match", "*")] : headers);
    }

    [Fact]
    public async Task WhatEndsWithAnIdempotencyKey_StopsAtOnceToo()
    {
        var (somebody, app) = await SignedInAsync();
        using var api = app.With(await app.SignInAsync(somebody.Browser, Ct));
        (await api.GetAsync("/api/v1/organisations", Ct)).Expect(200);

        (await shared.Steward.PostAsync($"/api/v1/clients/{app.ClientId}/revocation", null, Ct, ("Idempotency-Key", $"{Guid.NewGuid()}"))).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task RevokedApp_GetsNothingMore()
    {
        var (somebody, app) = await SignedInAsync();
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var api = app.With(tokens);

        (await shared.Steward.PostAsync($"/api/v1/clients/{app.ClientId}/revocation", null, Ct)).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).IsRefused("invalid_client", 401);
        (await somebody.Browser.GetAsync(app.Address(), Ct)).Is(400);
    }

    [Fact]
    public async Task Code_NotBroughtYet_BecomesNothing_OnceThePersonOrTheAppIsOut()
    {
        var (somebody, app) = await SignedInAsync();
        var other = await TestApp.AddAsync(shared, Ct);
        var (code, ofOther) = ((await app.AskAsync(somebody.Browser, Ct))["code"], (await other.AskAsync(somebody.Browser, Ct))["code"]);

        (await shared.Steward.PostAsync($"/api/v1/clients/{other.ClientId}/revocation", null, Ct)).Expect(200);
        await somebody.Browser.GetAsync("/account", Ct);
        (await somebody.Browser.PostAsync("/account/sign-out", Ct)).Is(302);

        (await app.ExchangeAsync(code, Ct)).IsRefused("invalid_grant");
        (await other.ExchangeAsync(ofOther, Ct)).IsRefused("invalid_client", 401);
    }

    [Fact]
    public async Task NotSignedIn_ThePersonSignsInFirst_AndComesBackToTheApp()
    {
        var (somebody, app) = await SignedInAsync();
        using var browser = new PersonBrowser(shared.App.Address);

        var sent = (await browser.GetAsync(app.Address(), Ct)).Is(302);
        await browser.GetAsync(sent.Location!, Ct);
        var page = await browser.FollowAsync(await browser.PostAsync("/account/sign-in", Ct, ("email", somebody.Email), ("password", PersonBrowser.Password)), Ct);
        Assert.Contains("Field app", page.Text, StringComparison.Ordinal);
        // Who finds somebody else signed in here can sign them out.
        Assert.Contains("action=\"/account/sign-out\"", page.Text, StringComparison.Ordinal);

        var refused = (await browser.PostAsync("/connect/authorize", Ct, ("answer", "refuse"))).Is(302);
        Assert.Equal("access_denied", refused.Back["error"]);
    }

    [Fact]
    public async Task G2_GrantEnded_IsInNoTokenAnyMore_AndTheOldOneStops()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"contributor@{network.Node}", $"reader@{network.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var api = app.With(tokens);
        (await api.PostAsync("/api/v1/organisations", network.Organisation("One"), Ct)).Expect(201);
        var account = (await network.Steward.GetAsync($"/api/v1/accounts/{somebody.Account}", Ct)).Expect(200).Json;
        var grant = account["grants"]!.AsArray().Single(g => ((string)g!["grant"]!).StartsWith("contributor", StringComparison.Ordinal))!["id"];

        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants/{grant}/end", null, Ct)).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var fresh = app.With((await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json);
        (await fresh.GetAsync("/api/v1/organisations", Ct)).Expect(200);
        (await fresh.PostAsync("/api/v1/organisations", network.Organisation("Two"), Ct)).IsProblem(403, "forbidden");
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task M8_RoleEnds_AndSoDoesWhatCameWithIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        var role = (await network.Steward.PostAsync($"/api/v1/persons/{somebody.Person}/roles", new { kind = "mandate", node = network.Node, body = "steering-committee", title = "Member", from = "2026-01-01" }, Ct)).Expect(201).Id;
        var next = (await network.Steward.PostAsync($"/api/v1/persons/{somebody.Person}/roles", new { kind = "mandate", node = network.Node, body = "audit", title = "Later", from = "2099-01-01" }, Ct)).Expect(201).Id;
        Assert.Equal(["/personRoleId unknown-role"], (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants", new { grant = $"contributor@{network.Node}", personRoleId = next }, Ct)).IsProblem(422, "invalid").Faults());
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants", new { grant = $"contributor@{network.Node}", personRoleId = role }, Ct)).Expect(200);
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var api = app.With(tokens);
        (await api.PostAsync("/api/v1/organisations", network.Organisation("One"), Ct)).Expect(201);

        (await network.Steward.PostAsync($"/api/v1/persons/{somebody.Person}/roles/{role}/end", new { reason = "Her term is over" }, Ct)).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var fresh = app.With((await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json);
        (await fresh.PostAsync("/api/v1/organisations", network.Organisation("Two"), Ct)).IsProblem(403, "forbidden");
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task Steward_WithoutASecondFactorInThisSession_IsNoStewardInTheApp()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants", new { grant = $"steward@{network.Node}" }, Ct)).Expect(200);
        var app = await TestApp.AddAsync(shared, Ct);

        using var api = app.With(await app.SignInAsync(somebody.Browser, Ct));

        (await api.GetAsync("/api/v1/organisations", Ct)).Expect(200);
        (await api.GetAsync("/api/v1/accounts", Ct)).IsProblem(403, "forbidden");
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task Device_AsksForACode()
    {
        using var anonymous = new Api(shared.App.Address, new SocketsHttpHandler { UseProxy = false });

        var answer = await anonymous.SendAsync(HttpMethod.Post, "/connect/device", new FormUrlEncodedContent([new("client_id", "cli"), new("scope", "read openid")]), Ct);

        Assert.Equal(MembershipApp.Issuer + "/connect/verify", (string?)answer.Expect(200).Json["verification_uri"]);
    }

    /// <summary>The tokens that were used were used longer ago than a broken connection takes to be mended.</summary>
    private async Task UsedSomeTimeAgoAsync(Somebody somebody) => await shared.ScalarAsync<long>(
        "with t as (update session_token set redemption_date = redemption_date - interval '31 seconds' where subject = $1 returning 1) select count(*) from t", Ct, $"{somebody.Account}");

    private async Task<(Somebody Somebody, TestApp App)> SignedInAsync()
    {
        var network = await shared.NewNetworkAsync(Ct);
        return (await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}"), await TestApp.AddAsync(shared, Ct));
    }
}
