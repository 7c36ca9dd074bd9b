using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Merging;

/// <summary>Records that may be one organisation, and why (features.md, M10).</summary>
public sealed class DuplicateTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M10_Duplicates_AreFound_AndSayWhy()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var union = await AddAsync(network, new { name = "Union Technique de la Mutualité" });
        var aisha = await AddAsync(network, new { name = "Initiative Aïsha des femmes" });
        var site = await AddAsync(network, new { name = "Kollektiv", website = "https://www.kollektiv.example/fr/" });
        var lonely = await AddAsync(network, new { name = "Quelque chose d'autre" });
        var utm = await AddAsync(network, new { name = "Mutuelles du Mali", acronym = "U.T.M." });
        var plain = await AddAsync(network, new { name = "Initiative Aisha Femmes" });
        var sameSite = await AddAsync(network, new { name = "The collective", website = "http://kollektiv.example/fr" });

        var pairs = await ListAsync(network.Contributor);
        Assert.Equal(
            new HashSet<(Guid, Guid, string)> { (utm, union, "initials country"), (plain, aisha, "name country"), (sameSite, site, "website country") },
            pairs.Select(p => ((Guid)p["a"]!["id"]!, (Guid)p["b"]!["id"]!, string.Join(' ', p["reasons"]!.AsArray().Select(r => (string)r!["field"]!)))).ToHashSet());
        Assert.Equal(pairs.Select(p => (double)p["score"]!).OrderDescending(), pairs.Select(p => (double)p["score"]!));
        var initials = pairs.Single(p => (Guid)p["a"]!["id"]! == utm);
        Assert.Equal(("U.T.M.", "Union Technique de la Mutualité", 0.6), ((string?)initials["reasons"]![0]!["a"], (string?)initials["reasons"]![0]!["b"], (double)initials["reasons"]![0]!["weight"]!));
        Assert.Equal(["name", "acronym"], initials["differs"]!.AsArray().Select(f => (string)f!));
        Assert.Equal(0.68, (double)initials["score"]!);
        Assert.DoesNotContain(lonely, pairs.SelectMany(p => (Guid[])[(Guid)p["a"]!["id"]!, (Guid)p["b"]!["id"]!]));

        // By pages of two records, the same.
        var (paged, after) = (new List<JsonNode>(), "");
        do
        {
            var page = (await network.Contributor.GetAsync($"/api/v1/duplicates?limit=2{after}", Ct)).Expect(200).Json;
            paged.AddRange(page["items"]!.AsArray().Select(p => p!));
            after = page["next"] is { } next ? $"&after={next}" : "";
        }
        while (after != "");
        Assert.Equal(pairs.Select(p => p.ToJsonString()).Order(StringComparer.Ordinal), paged.Select(p => p.ToJsonString()).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await ListAsync(network.Contributor, "?minScore=0.7")).Count);
        foreach (var bad in (string[])["minScore=1.1", "limit=501", "node=a..b"])
            (await network.Contributor.GetAsync($"/api/v1/duplicates?{bad}", Ct)).IsProblem(400, "bad-query");
        (await network.Reader.GetAsync("/api/v1/duplicates", Ct)).Expect(403);
    }

    [Fact]
    public async Task M10_NotADuplicate_IsRemembered()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (one, two) = (await AddAsync(network, new { name = "Mutuelle de santé Espoir" }), await AddAsync(network, new { name = "Mutuelle de santé Espoir" }));
        Assert.Single(await ListAsync(network.Contributor));

        (await network.Reader.PostAsync("/api/v1/duplicates/dismissals", new { a = one, b = two }, Ct)).Expect(403);
        Assert.Equal(["/b same-record"], (await network.Contributor.PostAsync("/api/v1/duplicates/dismissals", new { a = one, b = one }, Ct)).IsProblem(422, "invalid").Faults());
        var first = (await network.Contributor.PostAsync("/api/v1/duplicates/dismissals", new { a = one, b = two, reason = "Two towns" }, Ct)).Expect(200).Text;
        Assert.Equal(first, (await network.Steward.PostAsync("/api/v1/duplicates/dismissals", new { a = two, b = one, reason = "Again" }, Ct)).Expect(200).Text);

        Assert.Empty(await ListAsync(network.Contributor));
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'membership.duplicate-dismissed' and node = $1", Ct, network.Node));
    }

    [Fact]
    public async Task M10_DismissedTwiceAtOnce_TheFirstTimeCounts()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (one, two) = (await AddAsync(network, new { name = "Mutuelle de santé Union" }), await AddAsync(network, new { name = "Mutuelle de santé Union" }));
        Task<Answer>[] both;
        // Nobody says anything of these two until both requests do.
        await using (var held = await Held.AfterAsync(
            shared.Database, "insert into not_duplicate (id, older_id, newer_id, said_by, said_at) values (gen_random_uuid(), least($1, $2), greatest($1, $2), 'test', now())", Ct, one, two))
        {
            both =
            [
                .. Enumerable.Range(0, 2).Select(i => network.Contributor.PostAsync(
                    "/api/v1/duplicates/dismissals", new { a = one, b = two, reason = $"Time {i}" }, Ct, ("Idempotency-Key", $"{Guid.NewGuid()}"))),
            ];
            await Held.WaitedForAsync(shared, 2, Ct);
        }

        var answers = await Task.WhenAll(both);
        Assert.Single(answers.Select(answer => answer.Expect(200).Text).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'membership.duplicate-dismissed' and node = $1", Ct, network.Node));
    }

    [Fact]
    public async Task M10_Dismissal_IsListed_AndWithdrawn()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var name = $"Caisse {Guid.NewGuid():N}";
        var (one, two, foreign) = (await AddAsync(network, new { name }), await AddAsync(network, new { name }), await AddAsync(other, new { name }));
        using var both = shared.App.As($"dismisses-{network.Ns}", $"contributor@{network.Node}", $"contributor@{other.Node}");
        var own = (await network.Contributor.PostAsync("/api/v1/duplicates/dismissals", new { a = one, b = two, reason = "Two towns" }, Ct)).Expect(200);
        var across = (await both.PostAsync("/api/v1/duplicates/dismissals", new { a = one, b = foreign }, Ct)).Expect(200);

        // Both records have to be of the caller's nodes.
        Assert.Equal([own.Text], await DismissalsAsync(network.Contributor));
        Assert.Equal([across.Text, own.Text], await DismissalsAsync(both));
        Assert.Equal([across.Text], await DismissalsAsync(both, $"?node={other.Node}"));
        Assert.Empty(await DismissalsAsync(other.Steward));
        var page = (await both.GetAsync("/api/v1/duplicates/dismissals?limit=1", Ct)).Expect(200).Json;
        Assert.Equal([own.Text], await DismissalsAsync(both, $"?limit=1&after={page["next"]}"));
        Assert.Contains(name, (await network.Contributor.GetAsync("/api/v1/duplicates/dismissals?format=csv", Ct)).Expect(200).Text, StringComparison.Ordinal);
        (await network.Reader.GetAsync("/api/v1/duplicates/dismissals", Ct)).Expect(403);
        foreach (var (bad, problem) in ((string, string)[])[("limit=501", "bad-query"), ("node=a..b", "bad-query"), ("after=x", "bad-cursor")])
            (await network.Contributor.GetAsync($"/api/v1/duplicates/dismissals?{bad}", Ct)).IsProblem(400, problem);

        var path = $"/api/v1/duplicates/dismissals/{own.Id}/withdrawal";
        (await network.Reader.PostAsync(path, new { reason = "r" }, Ct)).IsProblem(403, "forbidden");
        (await other.Contributor.PostAsync(path, new { reason = "r" }, Ct)).IsProblem(404, "not-found");
        (await network.Contributor.PostAsync($"/api/v1/duplicates/dismissals/{across.Id}/withdrawal", new { reason = "r" }, Ct)).IsProblem(404, "not-found");
        (await network.Contributor.PostAsync($"/api/v1/duplicates/dismissals/{Guid.NewGuid()}/withdrawal", new { reason = "r" }, Ct)).IsProblem(404, "not-found");
        Assert.Equal(["/reason required"], (await network.Contributor.PostAsync(path, new { reason = "" }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Empty(await ListAsync(network.Contributor));
        var withdrawn = (await network.Contributor.PostAsync(path, new { reason = "One town after all" }, Ct)).Expect(200);

        Assert.NotNull(withdrawn.Json["withdrawnAt"]);
        Assert.Equal(withdrawn.Text, (await network.Contributor.PostAsync(path, new { reason = "Again" }, Ct)).Expect(200).Text);
        Assert.Empty(await DismissalsAsync(network.Contributor));
        Assert.Single(await ListAsync(network.Contributor));
        Assert.Equal(
            "One town after all",
            await shared.ScalarAsync<string>("select string_agg(reason, ', ') from change_log where type = 'membership.duplicate-dismissal-withdrawn' and node = $1", Ct, network.Node));

        // And it can be said again.
        var again = (await network.Contributor.PostAsync("/api/v1/duplicates/dismissals", new { a = two, b = one }, Ct)).Expect(200);
        Assert.NotEqual(own.Id, again.Id);
        Assert.Empty(await ListAsync(network.Contributor));
    }

    [Fact]
    public async Task M10_PairsOfTwoNetworks_AreShownToWhoKeepsBoth()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var name = $"Fédération {Guid.NewGuid():N}";
        var (one, two) = (await AddAsync(network, new { name }), await AddAsync(other, new { name }));
        using var both = shared.App.As($"both-{network.Ns}", $"contributor@{network.Node}", $"contributor@{other.Node}");

        foreach (var query in (string[])["", $"?node={network.Node}", $"?node={other.Node}"])
        {
            var pair = Assert.Single(await ListAsync(both, query));
            Assert.True((bool)pair["otherNode"]!);
            Assert.Equal(new HashSet<Guid> { one, two }, [(Guid)pair["a"]!["id"]!, (Guid)pair["b"]!["id"]!]);
        }

        Assert.Empty(await ListAsync(network.Steward));
        (await network.Steward.PostAsync("/api/v1/duplicates/dismissals", new { a = one, b = two }, Ct)).IsProblem(404, "not-found");
        // Found is not merged: both are still there.
        Assert.Equal([name], (await other.Reader.GetAsync("/api/v1/organisations", Ct)).Expect(200).Names());
    }

    private static async Task<Guid> AddAsync(Network network, object fields)
    {
        var body = global::System.Text.Json.JsonSerializer.SerializeToNode(fields)!.AsObject();
        (body["node"], body["country"], body["types"]) = (network.Node, "RW", new JsonArray("cooperative"));
        return (await network.Contributor.PostAsync("/api/v1/organisations", body.ToJsonString(), Ct)).Expect(201).Id;
    }

    private static async Task<string[]> DismissalsAsync(Api api, string query = "") =>
        [.. (await api.GetAsync($"/api/v1/duplicates/dismissals{query}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => item!.ToJsonString(global::Insp1r.ServiceDefaults.Http.JsonDefaults.Options))];

    private static async Task<List<JsonNode>> ListAsync(Api api, string query = "") => [.. (await api.GetAsync($"/api/v1/duplicates{query}", Ct)).Expect(200).Json["items"]!.AsArray().Select(p => p!)];
}
