using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Records;

/// <summary>The history of a record, for those who may read the record.</summary>
public sealed class HistoryTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task History_OfAnOrganisation_SaysWhoChangedWhatAndWhy_TheNewestFirst()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("First name", Ct)).Expect(201).Id;
        (await network.Contributor.PatchAsync($"/api/v1/organisations/{id}", new { name = "Second name", acronym = "SN" }, Ct, ("If-Match", "*"), ("Change-Reason", "Renamed by its assembly"))).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves",
            new { to = "suspended", reason = "No dues", decidedBy = "Board", decidedOn = "2026-01-01" }, Ct)).Expect(200);

        var items = await ItemsAsync(network.Contributor, $"organisations/{id}");

        Assert.Equal(["organisation-suspended 3", "organisation-updated 2", "organisation-registered 1"], items.Select(e => $"{((string)e["what"]!)[11..^3]} {e["version"]}"));
        Assert.Equal([$"steward-{network.Ns}", $"contributor-{network.Ns}", $"contributor-{network.Ns}"], items.Select(e => (string?)e["actor"]));
        Assert.Equal(["No dues", "Renamed by its assembly", null], items.Select(e => (string?)e["reason"]));
        Assert.Equal(["status \"active\" \"suspended\""], Changes(items[0]));
        Assert.Equal(["name \"First name\" \"Second name\"", "acronym  \"SN\""], Changes(items[1]));
        Assert.Contains("name  \"First name\"", Changes(items[2]));
    }

    [Fact]
    public async Task History_OfServicesBodiesAndPersons_IsForThoseWhoReadThem()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var organisation = (await network.RegisterAsync("With a service", Ct)).Expect(201).Id;
        var service = (await network.Contributor.PostAsync($"/api/v1/organisations/{organisation}/services", new { kind = "savings" }, Ct)).Expect(201).Id;
        (await network.Contributor.PatchAsync($"/api/v1/organisations/{organisation}/services/{service}", new { source = "A report" }, Ct, ("If-Match", "*"))).Expect(200);
        var body = (await network.Steward.PostAsync($"/api/v1/nodes/{network.Node}/bodies", new { code = "board", from = "2020-01-01" }, Ct)).Expect(201).Id;
        var person = (await network.Contributor.PostAsync("/api/v1/persons", new { node = network.Node, name = "Old name", language = "fr", atRisk = true }, Ct)).Expect(201).Id;
        (await network.Steward.PatchAsync($"/api/v1/persons/{person}", new { name = "New name" }, Ct, ("If-Match", "*"))).Expect(200);

        Assert.Equal("source  \"A report\"", Assert.Single(Changes((await ItemsAsync(network.Reader, $"organisations/{organisation}/services/{service}"))[0])));
        Assert.Single(await ItemsAsync(network.Reader, $"bodies/{body}"));
        Assert.Contains("name \"Old name\" \"New name\"", Changes((await ItemsAsync(network.Steward, $"persons/{person}"))[0]));
        (await network.Contributor.GetAsync($"/api/v1/persons/{person}/history", Ct)).IsProblem(403, "forbidden");
        (await network.Steward.GetAsync($"/api/v1/persons/{person}/history?format=csv", Ct)).IsProblem(404, "not-found");
        using var stranger = shared.App.As("history-stranger-2", "steward@insp1r.asia");
        foreach (var record in (string[])[$"organisations/{organisation}/services/{service}", $"bodies/{body}", $"persons/{person}"])
            (await stranger.GetAsync($"/api/v1/{record}/history", Ct)).IsProblem(404, "not-found");

        (await network.Steward.PostAsync($"/api/v1/persons/{person}/erasure", new { reason = "unlawful" }, Ct)).Expect(200);
        Assert.DoesNotContain("name", (await network.Steward.GetAsync($"/api/v1/persons/{person}/history", Ct)).Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_ReadersSeeNotWhoDidIt_NobodyFromWhere_AndStrangersNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Seen", Ct)).Expect(201).Id;

        var answer = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/history", Ct)).Expect(200);

        Assert.Equal([null], answer.Json["items"]!.AsArray().Select(e => (string?)e!["actor"]));
        Assert.DoesNotContain("127.0.0", (await network.Steward.GetAsync($"/api/v1/organisations/{id}/history", Ct)).Expect(200).Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"contributor-{network.Ns}", answer.Text, StringComparison.Ordinal);
        using var stranger = shared.App.As("history-stranger", "steward@insp1r.asia");
        (await stranger.GetAsync($"/api/v1/organisations/{id}/history", Ct)).IsProblem(404, "not-found");
        (await network.Reader.GetAsync($"/api/v1/organisations/{Guid.NewGuid()}/history", Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task History_Pages_AreTheWholeOnceAndInOrder()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Name 1", Ct)).Expect(201).Id;
        for (var i = 2; i <= 7; i++)
            (await network.Contributor.PatchAsync($"/api/v1/organisations/{id}", new { name = $"Name {i}" }, Ct, ("If-Match", "*"))).Expect(200);

        var versions = new List<int>();
        for (var after = ""; after is not null;)
        {
            var page = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/history?limit=3{after}", Ct)).Expect(200).Json;
            Assert.InRange(page["items"]!.AsArray().Count, 1, 3);
            versions.AddRange(page["items"]!.AsArray().Select(e => (int)e!["version"]!));
            after = (string?)page["next"] is { } next ? $"&after={next}" : null;
        }

        Assert.Equal([7, 6, 5, 4, 3, 2, 1], versions);
        (await network.Reader.GetAsync($"/api/v1/organisations/{id}/history?after=nonsense", Ct)).IsProblem(400, "bad-cursor");
        var file = Exports.ExportTests.Rows((await network.Reader.GetAsync($"/api/v1/organisations/{id}/history?format=csv", Ct)).Expect(200).Text);
        Assert.Equal(["version", "7", "6", "5", "4", "3", "2", "1"], file.Select(row => row[2]));
    }

    [Fact]
    public async Task History_OfNodesAndAffiliations_IsThere()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var node = (await network.Reader.GetAsync($"/api/v1/nodes/by-path/{network.Node}", Ct)).Expect(200).Id;
        (await network.Steward.PatchAsync($"/api/v1/nodes/{node}", new { names = new { en = "Renamed" } }, Ct, ("If-Match", "*"))).Expect(200);
        var id = (await network.RegisterAsync("Observed", Ct, category: "observer")).Expect(201).Id;
        var affiliation = (Guid)(await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]![0]!["id"]!;
        (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves",
            new { category = "associate", reason = "Asked for it", decidedBy = "Board", decidedOn = "2026-01-01" }, Ct)).Expect(200);

        Assert.Equal([$"names {{\"en\":\"{network.Node}\"}} {{\"en\":\"Renamed\"}}"], Changes((await ItemsAsync(network.Reader, $"nodes/{node}"))[0]));
        var moved = (await ItemsAsync(network.Steward, $"affiliations/{affiliation}"))[0];
        Assert.Equal(("Asked for it", $"steward-{network.Ns}"), ((string?)moved["reason"], (string?)moved["actor"]));
        Assert.Equal(["category \"observer\" \"associate\""], Changes(moved));
        using var stranger = shared.App.As("history-stranger-2", "steward@insp1r.asia");
        (await stranger.GetAsync($"/api/v1/affiliations/{affiliation}/history", Ct)).IsProblem(404, "not-found");
        Assert.All((await stranger.GetAsync($"/api/v1/nodes/{node}/history", Ct)).Expect(200).Json["items"]!.AsArray(), e => Assert.Null(e!["actor"]));
    }

    private static async Task<JsonNode[]> ItemsAsync(Api api, string record) => [.. (await api.GetAsync($"/api/v1/{record}/history", Ct)).Expect(200).Json["items"]!.AsArray()!];

    private static IEnumerable<string> Changes(JsonNode entry) =>
        entry["changes"]!.AsArray().Select(change => $"{change!["field"]} {change["before"]?.ToJsonString()} {change["after"]?.ToJsonString()}");
}
