using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.WorkLists;

/// <summary>What there is to do on the records of one's nodes (features.md, D7).</summary>
public sealed class WorkListTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task D7_Incomplete_SaysWhatIsMissing_AndEmptiesAsItIsDone()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var bare = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Bare", types: ["other"]), Ct)).Expect(201).Id;
        var full = (await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name = "Full", country = "RW", types = (string[])["other", "ngo"], acronym = "F", website = "https://full.example.org" }, Ct)).Expect(201).Id;

        Assert.Equal(["Bare contact,types,website,acronym", "Full contact"], await ItemsAsync(network.Contributor, "incomplete"));
        Assert.Equal(["Bare contact,types,website,acronym"], await ItemsAsync(network.Contributor, "incomplete", "?missing=website"));

        var person = (await network.Steward.PostAsync("/api/v1/persons", new { node = network.Node, name = "Contact", language = "fr" }, Ct)).Expect(201).Id;
        var role = (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = full }, Ct)).Expect(201).Id;
        Assert.Equal(["Bare contact,types,website,acronym"], await ItemsAsync(network.Contributor, "incomplete"));
        // Whose contact left lacks one again.
        (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles/{role}/end", new { reason = "Left" }, Ct)).Expect(200);
        Assert.Equal(2, (await ItemsAsync(network.Contributor, "incomplete")).Length);

        (await network.Contributor.PatchAsync($"/api/v1/organisations/{bare}", new { types = (string[])["ngo"], website = "https://bare.example.org" }, Ct, ("If-Match", "*"))).Expect(200);
        Assert.Contains("Bare contact,acronym", await ItemsAsync(network.Contributor, "incomplete"));
        // Who is no member any more is nobody's work.
        (await MoveAsync(network, bare, "withdrawn")).Expect(200);
        Assert.Equal(["Full contact"], await ItemsAsync(network.Contributor, "incomplete"));
        (await network.Contributor.GetAsync("/api/v1/work/incomplete?missing=name", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task D7_Stale_IsWhatNobodyTouchedForTwelveMonths_UntilItIsConfirmed()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var oldest = await RegisterAsync("Oldest", 800);
        var old = await RegisterAsync("Old", 400);
        await RegisterAsync("Young", 300);
        Assert.Equal(["Oldest", "Old"], await ItemsAsync(network.Contributor, "stale"));

        var confirmed = (await network.Contributor.PostAsync($"/api/v1/organisations/{oldest}/confirmation", null, Ct)).Expect(200).Json;
        Assert.Equal((oldest, 1), ((Guid)confirmed["organisationId"]!, (int)confirmed["version"]!));
        (await network.Contributor.PatchAsync($"/api/v1/organisations/{old}", new { acronym = "O" }, Ct, ("If-Match", "*"))).Expect(200);
        Assert.Empty(await ItemsAsync(network.Contributor, "stale"));

        // A confirmation grows old, too; and changes no record, but is in its history.
        await shared.ScalarAsync<long>("with c as (update organisation_confirmation set confirmed_at = now() - interval '370 days' where organisation_id = $1 returning 1) select count(*) from c", Ct, oldest);
        Assert.Equal(["Oldest"], await ItemsAsync(network.Contributor, "stale"));
        Assert.Equal(1, (await network.Reader.GetAsync($"/api/v1/organisations/{oldest}", Ct)).Expect(200).Version);
        var entry = (await network.Steward.GetAsync($"/api/v1/organisations/{oldest}/history", Ct)).Expect(200).Json["items"]![0]!;
        Assert.Equal(("membership.organisation-confirmed", $"contributor-{network.Ns}", "confirmedAt"), ((string?)entry["what"], (string?)entry["actor"], (string?)entry["changes"]![0]!["field"]));

        async Task<Guid> RegisterAsync(string name, int days)
        {
            var id = (await network.RegisterAsync(name, Ct)).Expect(201).Id;
            await shared.ScalarAsync<long>("with o as (update member_organisation set updated_at = now() - make_interval(days => $2) where id = $1 returning 1) select count(*) from o", Ct, id, days);
            return id;
        }
    }

    [Fact]
    public async Task D7_Waiting_IsWhatNobodyDecided_SinceTheDayOfItsStatus()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var first = await ApplyAsync("First", "2024-03-01");
        var second = await ApplyAsync("Second", "2024-02-01");
        await network.RegisterAsync("Active", Ct);
        Assert.Equal(["Second applied 2024-02-01", "First applied 2024-03-01"], await ItemsAsync(network.Contributor, "waiting"));

        // Another category is no decision on the application.
        (await MoveAsync(network, first, null, "2024-05-01", "associate")).Expect(200);
        (await MoveAsync(network, second, "admitted", "2024-04-01")).Expect(200);
        Assert.Equal(["First applied 2024-03-01", "Second admitted 2024-04-01"], await ItemsAsync(network.Contributor, "waiting"));
        (await MoveAsync(network, second, "active")).Expect(200);
        (await MoveAsync(network, first, "withdrawn")).Expect(200);
        Assert.Empty(await ItemsAsync(network.Contributor, "waiting"));

        async Task<Guid> ApplyAsync(string name, string since) => (await network.Contributor.PostAsync(
            "/api/v1/organisations", new { node = network.Node, name, country = "RW", types = (string[])["ngo"], status = "applied", since }, Ct)).Expect(201).Id;
    }

    [Fact]
    public async Task D7_MergedRecord_IsNobodysWork()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (survivor, merged) = (await ApplyAsync("Kept"), await ApplyAsync("Twin"));

        (await new Merging.Records(shared, Ct).MergeAsync(network.Steward, survivor, merged)).Expect(200);
        await shared.ScalarAsync<long>("with o as (update member_organisation set updated_at = now() - interval '2 years' where node = $1 returning 1) select count(*) from o", Ct, network.Node);

        Assert.Equal(["Kept contact,types,website,acronym"], await ItemsAsync(network.Contributor, "incomplete"));
        Assert.Equal(["Kept"], await ItemsAsync(network.Contributor, "stale"));
        Assert.Equal(["Kept applied 2024-03-01"], await ItemsAsync(network.Contributor, "waiting"));
        var counts = Assert.Single((await network.Contributor.GetAsync("/api/v1/work", Ct)).Expect(200).Json["items"]!.AsArray())!;
        Assert.Equal((1, 1, 1), ((int)counts["incomplete"]!, (int)counts["stale"]!, (int)counts["waiting"]!));

        async Task<Guid> ApplyAsync(string name) => (await network.Contributor.PostAsync(
            "/api/v1/organisations", new { node = network.Node, name, country = "RW", types = (string[])["other"], status = "applied", since = "2024-03-01" }, Ct)).Expect(201).Id;
    }

    [Fact]
    public async Task D7_Counts_AreThoseOfTheLists_ForEachNode()
    {
        var (one, two) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        await one.RegisterAsync("A", Ct);
        await one.RegisterAsync("B", Ct);
        await two.Contributor.PostAsync("/api/v1/organisations", new { node = two.Node, name = "C", country = "RW", types = (string[])["ngo"], status = "applied" }, Ct);
        await shared.ScalarAsync<long>("with o as (update member_organisation set updated_at = now() - interval '2 years' where node = $1 returning 1) select count(*) from o", Ct, one.Node);
        using var both = shared.App.As("work-both", $"contributor@{one.Node}", $"contributor@{two.Node}");

        var items = (await both.GetAsync("/api/v1/work", Ct)).Expect(200).Json["items"]!.AsArray();

        string[] expected = [$"{one.Node} 2 2 0", $"{two.Node} 1 0 1"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), items.Select(n => $"{n!["node"]} {n["incomplete"]} {n["stale"]} {n["waiting"]}"));
        foreach (var list in (string[])["incomplete", "stale", "waiting"])
            Assert.Equal(items.Sum(n => (int)n![list]!), (await ItemsAsync(both, list)).Length);
        Assert.Single((await both.GetAsync($"/api/v1/work?node={two.Node}", Ct)).Expect(200).Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("incomplete")]
    [InlineData("stale")]
    [InlineData("waiting")]
    public async Task D7_Pages_AreTheWholeOnceAndInOrder_AndTheFileIsTheSame(string list)
    {
        var network = await shared.NewNetworkAsync(Ct);
        for (var i = 0; i < 7; i++)
            await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name = $"N{i}", country = "RW", types = (string[])["ngo"], status = "applied", since = "2024-01-01" }, Ct);
        // Several at the same moment: the id decides.
        await shared.ScalarAsync<long>("with o as (update member_organisation set updated_at = '2020-01-01' where node = $1 returning 1) select count(*) from o", Ct, network.Node);

        var paged = new List<string>();
        for (var after = ""; after is not null;)
        {
            var page = (await network.Contributor.GetAsync($"/api/v1/work/{list}?limit=3{after}", Ct)).Expect(200).Json;
            paged.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            after = (string?)page["next"] is { } next ? $"&after={next}" : null;
        }

        Assert.Equal(7, paged.Distinct(StringComparer.Ordinal).Count());
        var file = Exports.ExportTests.Rows((await network.Contributor.GetAsync($"/api/v1/work/{list}?format=csv", Ct)).Expect(200).Text);
        Assert.Equal(paged, file.Skip(1).Select(row => row[0]));
        (await network.Contributor.GetAsync($"/api/v1/work/{list}?after=nonsense", Ct)).IsProblem(400, "bad-cursor");
    }

    [Fact]
    public async Task D7_WorkLists_AreForThoseWhoKeepTheRecords()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var id = (await network.RegisterAsync("Theirs", Ct)).Expect(201).Id;

        (await network.Reader.GetAsync("/api/v1/work/incomplete", Ct)).IsProblem(403, "forbidden");
        Assert.Empty(await ItemsAsync(other.Contributor, "incomplete"));
        Assert.Empty(await ItemsAsync(other.Contributor, "incomplete", $"?node={network.Node}"));
        (await other.Steward.PostAsync($"/api/v1/organisations/{id}/confirmation", null, Ct)).IsProblem(404, "not-found");
        (await network.Reader.PostAsync($"/api/v1/organisations/{id}/confirmation", null, Ct)).IsProblem(403, "forbidden");
        using var readerHere = shared.App.As("work-reader-here", $"reader@{network.Node}", $"contributor@{other.Node}");
        (await readerHere.PostAsync($"/api/v1/organisations/{id}/confirmation", null, Ct)).IsProblem(403, "outside-your-nodes");
    }

    private static async Task<string[]> ItemsAsync(Api api, string list, string query = "") =>
    [
        .. (await api.GetAsync($"/api/v1/work/{list}{query}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item =>
            $"{item!["name"] ?? item["organisation"]} {(item["missing"] is JsonArray missing ? string.Join(',', missing) : item["since"] is { } since ? $"{item["status"]} {since}" : "")}".Trim()),
    ];

    private static Task<Answer> MoveAsync(Network network, Guid id, string? to, string? effective = null, string? category = null) => network.Steward.PostAsync(
        $"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", new { to, category, effective, correction = effective is not null, reason = "r", decidedBy = "b", decidedOn = "2024-01-01" }, Ct);
}
