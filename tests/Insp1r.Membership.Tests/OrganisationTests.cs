using System.Text.Json.Nodes;

namespace Insp1r.Membership.Tests;

public sealed class OrganisationTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Query_MisspeltParameter_IsRefusedAndNotIgnored()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var refused = await network.Reader.GetAsync("/api/v1/organisations?contry=RW", Ct);

        Assert.Equal(["contry unknown-parameter"], refused.IsProblem(400, "bad-query").Faults());
        Assert.Contains("country", (string)refused.Json["errors"]![0]!["detail"]!, StringComparison.Ordinal);
        (await network.Reader.GetAsync("/api/v1/organisations?Country=RW&fields=name", Ct)).Expect(200);
    }

    [Fact]
    public async Task M1_SeveralTypes_AreKeptAndEachFindsIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var created = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Both", types: ["ngo", "trade-union"]), Ct)).Expect(201);
        await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Other", types: ["cooperative"]), Ct);

        Assert.Equal("[\"trade-union\",\"ngo\"]", created.Json["types"]!.ToJsonString());
        Assert.Equal(["Both"], (await network.Reader.GetAsync("/api/v1/organisations?type=ngo", Ct)).Names());
        Assert.Equal(["Both"], (await network.Reader.GetAsync("/api/v1/organisations?type=trade-union", Ct)).Names());
        Assert.Equal(["Other"], (await network.Reader.GetAsync("/api/v1/organisations?type=cooperative", Ct)).Names());
    }

    [Theory]
    [InlineData("""{"types": ["bank"]}""", "/types/0 unknown-type")]
    [InlineData("""{"types": ["ngo", "ngo"]}""", "/types/1 repeated")]
    [InlineData("""{"types": []}""", "/types required")]
    [InlineData("""{"country": "XX"}""", "/country unknown-country")]
    [InlineData("""{"country": "999"}""", "/country unknown-country")]
    [InlineData("""{"name": " "}""", "/name required")]
    [InlineData("""{"name": "bell \u0007"}""", "/name bad-character")]
    [InlineData("""{"acronym": ""}""", "/acronym required")]
    [InlineData("""{"names": {"nl": "Naam"}}""", "/names/nl unknown-language")]
    [InlineData("""{"website": "javascript:alert(1)"}""", "/website bad-address")]
    [InlineData("""{"externalIds": ["no colon"]}""", "/externalIds/0 bad-external-id")]
    [InlineData("""{"externalIds": ["a:1", "a:1"]}""", "/externalIds/1 repeated")]
    [InlineData("""{"node": "insp1r.africa.nowhere"}""", "/node unknown-node")]
    public async Task M1_BadField_Returns422AndNamesIt(string change, string fault)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(network.Organisation("Bad")))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
            body[name] = value?.DeepClone();

        // A steward of the whole network, so that an unknown node is a fault of the field and not of the grants.
        var answer = (await shared.Steward.PostAsync("/api/v1/organisations", body.ToJsonString(), Ct)).IsProblem(422, "invalid");

        Assert.Equal([fault], answer.Faults());
        Assert.Equal("", await shared.StateOfAsync(network.Node, Ct));
    }

    [Fact]
    public async Task M1_UnknownMember_Returns400AndNamesIt()
    {
        var answer = await shared.Steward.PostAsync("/api/v1/organisations", """{"node":"insp1r","name":"A","country":"RW","types":["ngo"],"nickname":"B"}""", Ct);

        Assert.Contains("nickname", answer.IsProblem(400, "bad-request").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("country=RW", "Alpha,Beta")]
    [InlineData("country=BDI", "Gamma")]
    [InlineData("country=646", "Alpha,Beta")]
    [InlineData("type=ngo&country=RW", "Beta")]
    [InlineData("status=suspended", "")]
    [InlineData("text=mutualite", "Beta")]
    [InlineData("text=MUTUALIT%C3%89", "Beta")]
    [InlineData("text=utm", "Beta")]
    [InlineData("text=hermanas", "Gamma")]
    [InlineData("text=100%25", "")]
    [InlineData("text=a_b", "")]
    [InlineData("", "Alpha,Beta,Gamma")]
    public async Task M1_Filters_ReturnExactlyTheMatchingSet(string query, string expected)
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Alpha"), Ct);
        await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Beta", types: ["ngo"], acronym: "UTM", names: new { fr = "Œuvre de la Mutualité" }), Ct);
        await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Gamma", "BI", names: new { es = "Hermanas Unión" }), Ct);

        // Both ways to reach the rows: a subtree of the tree's reader, and a reader of one node.
        Assert.Equal(expected, string.Join(',', (await network.Reader.GetAsync($"/api/v1/organisations?{query}", Ct)).Expect(200).Names()));
        Assert.Equal(expected, string.Join(',', (await shared.Steward.GetAsync($"/api/v1/organisations?node={network.Node}&{query}", Ct)).Expect(200).Names()));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("limit=x")]
    [InlineData("after=nonsense")]
    [InlineData("after=////")]
    [InlineData("node=insp1r..x")]
    [InlineData("country=Rwanda")]
    [InlineData("type=bank")]
    [InlineData("status=gone")]
    [InlineData("text=")]
    [InlineData("text=%00")]
    [InlineData("fields=password")]
    public async Task S13_BadQuery_Returns400(string query)
    {
        var answer = await shared.Steward.GetAsync($"/api/v1/organisations?{query}", Ct);

        Assert.True(answer.Status == 400 && answer.Problem is not null, $"{answer}");
    }

    [Fact]
    public async Task S13_Paging_IsStableWhileRecordsAreAddedAndChanged()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync(Enumerable.Range(1, 25).Select(i => network.Item($"{i}")), Ct);
        var seen = new List<string>();

        string? next = null;
        var round = 0;
        do
        {
            var page = (await network.Reader.GetAsync($"/api/v1/organisations?limit=7{(next is null ? "" : $"&after={next}")}", Ct)).Expect(200);
            seen.AddRange(page.Names());
            next = (string?)page.Json["next"];
            // Neither moves a page: what is changed keeps its place, what is new comes last.
            await network.PushAsync([network.Item("1", ("acronym", $"V{round}")), network.Item($"new-{round++}")], Ct);
        }
        while (next is not null && seen.Count < 100);

        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(25, seen.Count(name => !name.Contains("new", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task S13_Limit_IsFiftyUnlessGiven()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync(Enumerable.Range(1, 60).Select(i => network.Item($"{i}")), Ct);

        Assert.Equal(50, (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names().Length);
        Assert.Equal(60, (await network.Reader.GetAsync("/api/v1/organisations?limit=500", Ct)).Names().Length);
    }

    [Fact]
    public async Task S14_UnchangedListAndRecord_Answer304AndFieldsAreThin()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Thin", Ct)).Expect(201).Id;

        foreach (var path in (string[])[$"/api/v1/organisations/{id}", "/api/v1/organisations"])
        {
            var first = (await network.Reader.GetAsync(path, Ct)).Expect(200);
            Assert.Equal(304, (await network.Reader.GetAsync(path, Ct, ("If-None-Match", first.ETag!))).Status);
        }

        var thin = (await network.Reader.GetAsync($"/api/v1/organisations/{id}?fields=name,version", Ct)).Expect(200);
        Assert.Equal("""{"version":1,"name":"Thin"}""", thin.Text);
    }

    [Fact]
    public async Task S6_Patch_NeedsTheCurrentVersion()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var created = (await network.RegisterAsync("Before", Ct)).Expect(201);
        var path = $"/api/v1/organisations/{created.Id}";

        (await network.Contributor.PatchAsync(path, new { name = "After" }, Ct)).IsProblem(428, "if-match-required");
        (await network.Contributor.PatchAsync(path, new { name = "After" }, Ct, ("If-Match", "\"7\""))).IsProblem(412, "version-stale");
        var changed = (await network.Contributor.PatchAsync(path, new { name = "After" }, Ct, ("If-Match", created.ETag!))).Expect(200);
        (await network.Contributor.PatchAsync(path, new { name = "Late" }, Ct, ("If-Match", created.ETag!))).IsProblem(412, "version-stale");

        Assert.Equal("\"2\"", changed.ETag);
        Assert.Equal("After", (string?)(await network.Reader.GetAsync(path, Ct)).Json["name"]);
        Assert.Equal(2, await shared.ScalarAsync<int>("select max(subject_version) from change_log where subject_id = $1", Ct, created.Id));
    }

    [Fact]
    public async Task S6_ConcurrentPatches_OneWins()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var created = (await network.RegisterAsync("Before", Ct)).Expect(201);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            network.Contributor.PatchAsync($"/api/v1/organisations/{created.Id}", new { name = $"Name {i}" }, Ct, ("If-Match", "\"1\""))));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(412, "version-stale"));
        Assert.Equal(2, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id = $1", Ct, created.Id));
    }

    [Fact]
    public async Task S6_Patch_AbsentKeepsNullClears()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var created = (await network.Contributor.PostAsync(
            "/api/v1/organisations", network.Organisation("Full", acronym: "F", names: new { en = "Full", fr = "Plein" }, externalIds: [$"{network.Ns}:1"]), Ct)).Expect(201);
        var path = $"/api/v1/organisations/{created.Id}";

        var cleared = (await network.Contributor.PatchAsync(path, """{"acronym":null,"names":null}""", Ct, ("If-Match", "\"1\""))).Expect(200).Json;
        var same = (await network.Contributor.PatchAsync(path, """{"acronym":null}""", Ct, ("If-Match", "\"2\""))).Expect(200);
        (await network.Contributor.PatchAsync(path, """{"name":null}""", Ct, ("If-Match", "\"2\""))).IsProblem(422, "invalid");
        (await network.Contributor.PatchAsync(path, """{"types":null}""", Ct, ("If-Match", "\"2\""))).IsProblem(422, "invalid");
        (await network.Contributor.PatchAsync(path, """{"node":"insp1r"}""", Ct, ("If-Match", "\"2\""))).IsProblem(400, "bad-request");

        Assert.Null(cleared["acronym"]);
        Assert.Equal("{}", cleared["names"]!.ToJsonString());
        Assert.Equal("Full", (string?)cleared["name"]);
        Assert.Equal($"[\"{network.Ns}:1\"]", cleared["externalIds"]!.ToJsonString());
        // What changes nothing makes no version and no event.
        Assert.Equal("\"2\"", same.ETag);
        Assert.Equal(2, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id = $1", Ct, created.Id));
    }

    [Fact]
    public async Task M9_ExternalIds_AreUniqueAndFindTheirRecord()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Known", Ct, [$"{network.Ns}:1", $"{network.Ns}:RC/2014/7"])).Expect(201).Id;

        (await network.RegisterAsync("Twin", Ct, [$"{network.Ns}:1"])).IsProblem(409, "external-id-taken");
        (await other.RegisterAsync("Thief", Ct, [$"{network.Ns}:1"])).IsProblem(409, "external-id-taken");
        var added = await network.Contributor.PatchAsync(
            $"/api/v1/organisations/{id}", new { externalIds = new[] { $"{network.Ns}:1", $"{network.Ns}:2" } }, Ct, ("If-Match", "\"1\""));

        added.Expect(200);
        Assert.Equal(id, (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/1", Ct)).Expect(200).Id);
        Assert.Equal(id, (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/2", Ct)).Expect(200).Id);
        (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/RC/2014/7", Ct)).IsProblem(404, "not-found");
        // The id that was let go is free again, with its slashes.
        var next = (await network.RegisterAsync("Next", Ct, [$"{network.Ns}:RC/2014/7"])).Expect(201).Id;
        Assert.Equal(next, (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/RC%2F2014%2F7", Ct)).Expect(200).Id);
        Assert.Equal(3, await shared.ScalarAsync<long>("select count(*) from external_id where namespace = $1", Ct, network.Ns));
    }

    [Theory]
    [InlineData("RWA", "RW")]
    [InlineData("646", "RW")]
    [InlineData("rw", "RW")]
    [InlineData("50", "BD")]
    [InlineData("050", "BD")]
    [InlineData("NA", "NA")]
    [InlineData("CIV", "CI")]
    public async Task S11_CountryCodes_AreMappedToAlpha2(string sent, string kept)
    {
        var network = await shared.NewNetworkAsync(Ct);

        var created = await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Mapped", sent), Ct);

        Assert.Equal(kept, (string?)created.Expect(201).Json["country"]);
    }
}
