using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests;

/// <summary>The life of an API client: added, changed, its secret rotated, ended; and what becomes of its tokens.</summary>
public sealed class ClientTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_GrantsChanged_TokensOfBeforeAreRefusedAtOnceAndNewOnesHoldTheNewGrants()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var client = await AddAsync(network, "contributor");
        using var before = shared.App.With(await TokenAsync(client.Id, client.Secret));
        (await before.PostAsync("/api/v1/organisations", network.Organisation("First"), Ct)).Expect(201);

        var read = (await network.Steward.GetAsync($"/api/v1/clients/{client.Id}", Ct)).Expect(200);
        var changed = (await network.Steward.PatchAsync($"/api/v1/clients/{client.Id}", new { grants = new[] { $"reader@{network.Node}" } }, Ct, ("If-Match", read.ETag!))).Expect(200);

        Assert.Equal(2, changed.Version);
        Assert.Equal("\"2\"", changed.ETag);
        (await before.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var after = shared.App.With(await TokenAsync(client.Id, client.Secret));
        Assert.Equal(["First"], (await after.GetAsync("/api/v1/organisations", Ct)).Names());
        (await after.PostAsync("/api/v1/organisations", network.Organisation("Second"), Ct)).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task G2_DescriptionChanged_TokensStay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var client = await AddAsync(network, "reader");
        using var before = shared.App.With(await TokenAsync(client.Id, client.Secret));

        (await network.Steward.PatchAsync($"/api/v1/clients/{client.Id}", new { description = "The same, better told" }, Ct, ("If-Match", "\"1\""))).Expect(200);

        (await before.GetAsync("/api/v1/organisations", Ct)).Expect(200);
    }

    [Fact]
    public async Task G2_ClientRevoked_ItsTokensAreRefusedAtOnceAndItGetsNoOther()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var client = await AddAsync(network, "reader");
        using var holder = shared.App.With(await TokenAsync(client.Id, client.Secret));
        (await holder.GetAsync("/api/v1/organisations", Ct)).Expect(200);

        var ended = (await network.Steward.PostAsync($"/api/v1/clients/{client.Id}/revocation", null, Ct)).Expect(200);
        var again = (await network.Steward.PostAsync($"/api/v1/clients/{client.Id}/revocation", null, Ct)).Expect(200);

        (await holder.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        (await AskAsync(client.Id, client.Secret)).IsRefused("invalid_client", 401);
        Assert.Equal(ended.Text, again.Text);
        (await network.Steward.PostAsync($"/api/v1/clients/{client.Id}/secret", new { }, Ct)).IsProblem(409, "client-revoked");
        (await network.Steward.PatchAsync($"/api/v1/clients/{client.Id}", new { description = "x" }, Ct, ("If-Match", "*"))).IsProblem(409, "client-revoked");
    }

    [Fact]
    public async Task SecretRotated_TheOneBeforeCountsForTheGraceGiven()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var client = await AddAsync(network, "reader");
        using var holder = shared.App.With(await TokenAsync(client.Id, client.Secret));

        var rotated = (await network.Steward.PostAsync($"/api/v1/clients/{client.Id}/secret", new { graceHours = 2 }, Ct)).Expect(200).Json;

        var until = (DateTimeOffset)rotated["previousSecretUntil"]!;
        Assert.InRange(until - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(115), TimeSpan.FromMinutes(125));
        await TokenAsync(client.Id, client.Secret);
        await TokenAsync(client.Id, (string)rotated["secret"]!);
        (await holder.GetAsync("/api/v1/organisations", Ct)).Expect(200);

        // The grace is over.
        await shared.ScalarAsync<int>("update client set previous_secret_until = now() - interval '1 second' where client_id = $1 returning 1", Ct, client.Id);
        (await AskAsync(client.Id, client.Secret)).IsRefused("invalid_client", 401);
        await TokenAsync(client.Id, (string)rotated["secret"]!);
    }

    [Fact]
    public async Task SecretRotatedWithoutGrace_TheOneBeforeAndItsTokensEndAtOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var client = await AddAsync(network, "reader");
        using var holder = shared.App.With(await TokenAsync(client.Id, client.Secret));

        var rotated = (await network.Steward.PostAsync($"/api/v1/clients/{client.Id}/secret", new { graceHours = 0 }, Ct)).Expect(200).Json;

        Assert.Null(rotated["previousSecretUntil"]);
        (await AskAsync(client.Id, client.Secret)).IsRefused("invalid_client", 401);
        (await holder.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var fresh = shared.App.With(await TokenAsync(client.Id, (string)rotated["secret"]!));
        (await fresh.GetAsync("/api/v1/organisations", Ct)).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/clients/{client.Id}/secret", new { graceHours = 169 }, Ct)).IsProblem(422, "invalid");
    }

    [Fact]
    public async Task ASecret_IsKeptNowhere_NotEvenUnderAnIdempotencyKey()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        var id = $"kept-{network.Ns}";
        var request = new { clientId = id, description = "x", grants = new[] { $"reader@{network.Node}" }, scopes = new[] { "read" } };

        var secret = (string)(await network.Steward.PostAsync("/api/v1/clients", request, Ct, key)).Expect(201).Json["secret"]!;
        (await network.Steward.PostAsync("/api/v1/clients", request, Ct, key)).IsProblem(409, "client-id-taken");
        var rotated = (string)(await network.Steward.PostAsync($"/api/v1/clients/{id}/secret", new { }, Ct, key)).Expect(200).Json["secret"]!;

        foreach (var plain in (string[])[secret, rotated])
        {
            Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from idempotency_key where position(convert_to($1, 'UTF8') in body) > 0", Ct, plain));
            Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from client c where c::text like '%' || $1 || '%'", Ct, plain));
        }
    }

    [Fact]
    public async Task G2_AnotherNetworksSteward_MeetsNoClient()
    {
        var (mine, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var client = await AddAsync(other, "reader");
        var address = $"/api/v1/clients/{client.Id}";

        (await mine.Steward.GetAsync(address, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PatchAsync(address, new { description = "Mine" }, Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync($"{address}/secret", new { }, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync($"{address}/revocation", null, Ct)).IsProblem(404, "not-found");
        await TokenAsync(client.Id, client.Secret);
    }

    [Fact]
    public async Task AChange_ThatCannotBe_SaysWhyAndChangesNothing()
    {
        var (mine, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var client = await AddAsync(mine, "reader");
        var address = $"/api/v1/clients/{client.Id}";
        var before = (await mine.Steward.GetAsync(address, Ct)).Expect(200).Text;

        (await mine.Steward.PatchAsync(address, new { description = "x" }, Ct)).IsProblem(428, "if-match-required");
        (await mine.Steward.PatchAsync(address, new { description = "x" }, Ct, ("If-Match", "\"7\""))).IsProblem(412, "version-stale");
        (await mine.Steward.PatchAsync(address, new { grants = new[] { $"reader@{other.Node}" } }, Ct, ("If-Match", "\"1\""))).IsProblem(403, "outside-your-nodes");
        (await mine.Steward.PatchAsync(address, new { grants = new[] { $"operator@{mine.Node}" } }, Ct, ("If-Match", "\"1\""))).IsProblem(403, "outside-your-nodes");
        (await mine.Steward.PatchAsync(address, new { grants = Array.Empty<string>() }, Ct, ("If-Match", "\"1\""))).IsProblem(422, "invalid");
        (await mine.Steward.PatchAsync(address, new { grants = new[] { "king@insp1r" } }, Ct, ("If-Match", "\"1\""))).IsProblem(422, "invalid");
        var second = (await mine.Steward.PatchAsync(address, new { grants = new[] { $"reader@{mine.Node}", "king@insp1r" } }, Ct, ("If-Match", "\"1\""))).IsProblem(422, "invalid");
        Assert.Equal("/grants/1", (string?)second.Json["errors"]![0]!["pointer"]);
        var tooMany = Enumerable.Range(0, 50).Select(n => $"reader@{mine.Node}.x{n}").Prepend($"reader@{mine.Node}").ToArray();
        (await mine.Steward.PatchAsync(address, new { grants = tooMany }, Ct, ("If-Match", "\"1\""))).IsProblem(422, "invalid");
        (await mine.Steward.PatchAsync(address, new { scopes = new[] { "everything" } }, Ct, ("If-Match", "\"1\""))).IsProblem(422, "invalid");
        (await mine.Steward.PatchAsync(address, new { clientId = "other" }, Ct, ("If-Match", "\"1\""))).IsProblem(400, "bad-request");

        Assert.Equal(before, (await mine.Steward.GetAsync(address, Ct)).Expect(200).Text);
    }

    [Fact]
    public async Task AddClient_NullAmongTheGrants_IsAFieldErrorAndNoFailure()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = await network.Steward.PostAsync("/api/v1/clients", """{"clientId":"null-grant","description":"x","grants":[null],"scopes":["read"]}""", Ct);

        answer.IsProblem(422, "invalid");
        Assert.Equal("/grants/0", (string?)answer.Json["errors"]![0]!["pointer"]);
    }

    [Fact]
    public async Task Token_AskedForInAFormThatCannotBeRead_IsRefusedAndNoFailure()
    {
        using var anonymous = new Api(shared.App.Address, new SocketsHttpHandler());
        var broken = new StringContent("grant_type=client_credentials", new System.Net.Http.Headers.MediaTypeHeaderValue("multipart/form-data"));
        var many = new FormUrlEncodedContent(Enumerable.Range(0, 2_000).Select(n => KeyValuePair.Create($"k{n}", "v")));

        Assert.InRange((await anonymous.SendAsync(HttpMethod.Post, "/connect/token", broken, Ct)).Status, 400, 499);
        (await anonymous.SendAsync(HttpMethod.Post, "/connect/token", many, Ct)).IsRefused("invalid_request");
    }

    [Fact]
    public async Task Token_AskedForWithAnIdempotencyKey_IsNotKeptForOthers()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var client = await AddAsync(network, "reader");
        using var anonymous = new Api(shared.App.Address, new SocketsHttpHandler());
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{client.Id}:{client.Secret}"));
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());
        FormUrlEncodedContent Form() => new([new("grant_type", "client_credentials")]);

        (await anonymous.SendAsync(HttpMethod.Post, "/connect/token", Form(), Ct, key, ("Authorization", $"Basic {basic}"))).Expect(200);
        var stranger = await anonymous.SendAsync(HttpMethod.Post, "/connect/token", Form(), Ct, key);

        stranger.IsRefused("invalid_request");
    }

    [Fact]
    public async Task SigningKey_Rotated_TokensOfBothAreBelievedAndTheOldOneSignsUntilTheNewIsKnown()
    {
        using var operators = shared.App.As("key-operator", "operator@insp1r");
        var before = (await operators.GetAsync("/api/v1/operations/membership/signing-keys", Ct)).Expect(200).Json.AsArray();
        await shared.ScalarAsync<long>("with aged as (update signing_key set created_at = created_at - interval '1 hour' returning 1) select count(*) from aged", Ct);

        var after = (await operators.PostAsync("/api/v1/operations/membership/signing-keys", null, Ct)).Expect(200).Json.AsArray();

        Assert.Equal(before.Count + 1, after.Count);
        Assert.Equal(before.Single(key => (bool)key!["signs"]!)!["keyId"]!.ToString(), after.Single(key => (bool)key!["signs"]!)!["keyId"]!.ToString());
        using var anonymous = new Api(shared.App.Address, new SocketsHttpHandler());
        Assert.Equal(after.Count, (await anonymous.GetAsync("/.well-known/jwks.json", Ct)).Expect(200).Json["keys"]!.AsArray().Count);
        (await shared.Steward.GetAsync("/api/v1/organisations?limit=1", Ct)).Expect(200);
    }

    [Fact]
    public async Task SigningKey_InTheDatabase_CannotBeReadWithoutTheKeysBesideIt()
    {
        var stored = await shared.ScalarAsync<byte[]>("select protected_key from signing_key order by created_at desc limit 1", Ct);

        using var key = System.Security.Cryptography.ECDsa.Create();
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => key.ImportPkcs8PrivateKey(stored, out _));
    }

    [Theory]
    [InlineData("anonymous")]
    [InlineData("system")]
    [InlineData("membership")]
    public async Task AddClient_WithANameOfAnotherActor_IsRefused(string id)
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = await network.Steward.PostAsync("/api/v1/clients", new { clientId = id, description = "x", grants = new[] { $"reader@{network.Node}" }, scopes = new[] { "read" } }, Ct);

        Assert.Equal(["/clientId reserved-client-id"], answer.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task App_IsKeptByStewardsOfTheWholeNetworkAlone()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var app = NewApp();
        (await network.Steward.PostAsync("/api/v1/clients", app, Ct)).IsProblem(403, "outside-your-nodes");

        Assert.Null((string?)(await shared.Steward.PostAsync("/api/v1/clients", app, Ct)).Expect(201).Json["secret"]);

        var address = $"/api/v1/clients/{app.ClientId}";
        (await network.Steward.GetAsync(address, Ct)).IsProblem(404, "not-found");
        (await network.Steward.PostAsync($"{address}/revocation", null, Ct)).IsProblem(404, "not-found");
        (await shared.Steward.PostAsync($"{address}/secret", new { }, Ct)).IsProblem(409, "client-without-secret");
        Assert.Equal("app", (string?)(await shared.Steward.GetAsync(address, Ct)).Expect(200).Json["kind"]);
        Assert.All((await shared.Steward.GetAsync("/api/v1/clients?kind=app&limit=500", Ct)).Expect(200).Json["items"]!.AsArray(), item => Assert.Equal("app", (string?)item!["kind"]));
    }

    [Fact]
    public async Task App_ThatIsConfidential_ProvesItsSecret()
    {
        var app = NewApp() with { Confidential = true };
        var secret = (string)(await shared.Steward.PostAsync("/api/v1/clients", app, Ct)).Expect(201).Json["secret"]!;

        // It is no system: it gets nothing for itself.
        (await AskAsync(app.ClientId, secret)).IsRefused("unauthorized_client");
        (await AskAsync(app.ClientId, "made-up")).IsRefused("invalid_client", 401);
    }

    [Fact]
    public async Task AddClient_WithWhatIsForTheOtherKind_IsRefused()
    {
        Assert.Equal(["/grants for-systems"], (await shared.Steward.PostAsync("/api/v1/clients", NewApp() with { Grants = ["reader@insp1r"] }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(
            ["/origins for-apps", "/redirectUris for-apps"],
            (await shared.Steward.PostAsync("/api/v1/clients", NewApp() with { Kind = "system", Grants = ["reader@insp1r"], Origins = ["https://app.example.org"] }, Ct)).IsProblem(422, "invalid").Faults().Order());
    }

    [Theory]
    [InlineData("https://app.example.org/")]
    [InlineData("https://APP.example.org")]
    [InlineData("http://app.example.org")]
    [InlineData("https://app.example.org:443")]
    [InlineData("*")]
    [InlineData("null")]
    public async Task App_WithAnOriginAsNoBrowserSendsIt_IsRefused(string origin) =>
        Assert.Equal(["/origins/0 bad-address"], (await shared.Steward.PostAsync("/api/v1/clients", NewApp() with { Origins = [origin] }, Ct)).IsProblem(422, "invalid").Faults());

    [Fact]
    public async Task Origins_AreThoseOfAppsThatAreNotRevoked()
    {
        using var anybody = new Api(shared.App.Address, new SocketsHttpHandler());
        var app = NewApp() with { Origins = [$"https://{Guid.NewGuid():N}.example.org"] };
        (await shared.Steward.PostAsync("/api/v1/clients", app, Ct)).Expect(201);
        Assert.Contains(app.Origins[0], (await anybody.GetAsync("/access/origins", Ct)).Expect(200).Text, StringComparison.Ordinal);

        (await shared.Steward.PostAsync($"/api/v1/clients/{app.ClientId}/revocation", null, Ct)).Expect(200);

        Assert.DoesNotContain(app.Origins[0], (await anybody.GetAsync("/access/origins", Ct)).Expect(200).Text, StringComparison.Ordinal);
    }

    private sealed record NewClient(string ClientId, string Kind, string Description, string[] RedirectUris, string[] Scopes)
    {
        public bool Confidential { get; init; }
        public string[] Grants { get; init; } = [];
        public string[] Origins { get; init; } = [];
    }

    private static NewClient NewApp() => new($"app-{Guid.NewGuid():N}"[..20], "app", "An app", ["https://app.example.org/back"], ["read"]);

    private static async Task<(string Id, string Secret)> AddAsync(Network network, string role)
    {
        var id = $"client-{network.Ns}-{Guid.NewGuid():N}"[..40];
        var request = new { clientId = id, description = "Of a test", grants = new[] { $"{role}@{network.Node}" }, scopes = new[] { "read", "write" } };
        return (id, (string)(await network.Steward.PostAsync("/api/v1/clients", request, Ct)).Expect(201).Json["secret"]!);
    }

    private async Task<string> TokenAsync(string id, string secret) => (string)(await AskAsync(id, secret)).Expect(200).Json["access_token"]!;

    private async Task<Answer> AskAsync(string id, string secret)
    {
        using var anonymous = new Api(shared.App.Address, new SocketsHttpHandler());
        return await anonymous.SendAsync(HttpMethod.Post, "/connect/token", new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", id), new("client_secret", secret)]), Ct);
    }
}
