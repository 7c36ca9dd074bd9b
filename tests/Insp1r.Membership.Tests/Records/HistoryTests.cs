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

    [Fact]
    public async Task History_OfCorrections_SaysOfWhichDays()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var today = $"{DateTime.UtcNow:yyyy-MM-dd}";
        var node = (await network.Reader.GetAsync($"/api/v1/nodes/by-path/{network.Node}", Ct)).Expect(200).Id;
        await ChangeAsync(network.Steward, $"nodes/{node}", new { since = "2014-01-01", correction = true });
        await ChangeAsync(network.Steward, $"nodes/{node}", new { names = new { en = "Renamed" }, effective = "2018-01-01", correction = true });
        await ChangeAsync(network.Steward, $"nodes/{node}", new { names = new { en = "Today" } });
        await ChangeAsync(network.Steward, $"nodes/{node}", new { names = new { en = "Today" }, effective = "2016-01-01", correction = true });
        Assert.Equal(
            [
                [$"names {{\"en\":\"{network.Node}\"}} {{\"en\":\"Today\"}} 2016-01-01", "names {\"en\":\"Renamed\"} {\"en\":\"Today\"} 2018-01-01"],
                ["names {\"en\":\"Renamed\"} {\"en\":\"Today\"}"],
                [$"names {{\"en\":\"{network.Node}\"}} {{\"en\":\"Renamed\"}} 2018-01-01"],
                [$"since \"{today}\" \"2014-01-01\""],
            ],
            (await ItemsAsync(network.Reader, $"nodes/{node}")).SkipLast(1).Select(e => DatedChanges(e).ToArray()));

        var id = (await network.RegisterAsync("Before", Ct, since: "2014-01-01")).Expect(201).Id;
        await ChangeAsync(network.Contributor, $"organisations/{id}", new { name = "Today" });
        await ChangeAsync(network.Contributor, $"organisations/{id}", new { name = "Today", effective = "2018-01-01", correction = true });
        await ChangeAsync(network.Contributor, $"organisations/{id}", new { name = "Else", acronym = "EL", effective = "2016-01-01", correction = true });
        await ChangeAsync(network.Contributor, $"organisations/{id}", new { website = "https://example.org" });
        Assert.Equal(
            [
                ["website  \"https://example.org\""],
                ["name \"Before\" \"Else\" 2016-01-01", "acronym  \"EL\" 2016-01-01", "name \"Today\" \"Else\" 2018-01-01"],
                ["name \"Before\" \"Today\" 2018-01-01"],
                ["name \"Before\" \"Today\""],
            ],
            (await ItemsAsync(network.Reader, $"organisations/{id}")).SkipLast(1).Select(e => DatedChanges(e).ToArray()));
        // The events say what they always said.
        Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id in ($1, $2) and (payload ->> 'changes' is not null or payload -> 'state' ->> 'changes' is not null)", Ct, node, id));

        static async Task ChangeAsync(Api api, string record, object body) => (await api.PatchAsync($"/api/v1/{record}", body, Ct, ("If-Match", "*"))).Expect(200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task History_OfAMembershipThatNoEventBegan_BeginsWithItsRecord(bool isSynced)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = isSynced
            ? Guid.Parse((string)(await network.PushAsync([network.Item("1", ("memberSince", "2015-01-01"))], Ct)).Expect(200).Json["results"]![0]!["id"]!)
            : (await network.RegisterAsync("Registered", Ct, since: "2015-01-01")).Expect(201).Id;
        var affiliation = $"affiliations/{(string)(await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]![0]!["id"]!}";
        var alone = Assert.Single(await ItemsAsync(network.Contributor, affiliation));
        Assert.Equal(("membership.affiliation-started.v1", 1, $"contributor-{network.Ns}"), ((string?)alone["what"], (int)alone["version"]!, (string?)alone["actor"]));
        Assert.Contains("status  \"active\"", Changes(alone));
        Assert.Contains("since  \"2015-01-01\"", Changes(alone));
        Assert.Null(Assert.Single(await ItemsAsync(network.Reader, affiliation))["actor"]);

        (await network.Steward.PatchAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}", new { since = "2014-05-01", correction = true, reason = "r" }, Ct, ("If-Match", "*"))).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", new { to = "suspended", reason = "No dues", decidedBy = "Board", decidedOn = "2026-01-01" }, Ct)).Expect(200);

        var items = await ItemsAsync(network.Steward, affiliation);
        Assert.Equal(["affiliation-moved 3", "affiliation-moved 2", "affiliation-started 1"], items.Select(e => $"{((string)e["what"]!)[11..^3]} {e["version"]}"));
        Assert.Equal(["status \"active\" \"suspended\"", "mayVote true false", "maySignOn true false"], Changes(items[0]));
        Assert.Equal(["since \"2015-01-01\" \"2014-05-01\""], Changes(items[1]));
        Assert.Contains("since  \"2015-01-01\"", Changes(items[2]));

        // Each once, however the pages are cut, and in a file.
        foreach (var limit in (int[])[1, 2, 3, 4])
        {
            var versions = new List<int>();
            for (var after = ""; after is not null;)
            {
                var page = (await network.Reader.GetAsync($"/api/v1/{affiliation}/history?limit={limit}{after}", Ct)).Expect(200).Json;
                Assert.InRange(page["items"]!.AsArray().Count, 1, limit);
                versions.AddRange(page["items"]!.AsArray().Select(e => (int)e!["version"]!));
                after = (string?)page["next"] is { } next ? $"&after={next}" : null;
            }

            Assert.Equal([3, 2, 1], versions);
        }

        var file = Exports.ExportTests.Rows((await network.Reader.GetAsync($"/api/v1/{affiliation}/history?format=csv", Ct)).Expect(200).Text);
        Assert.Equal(["version", "3", "2", "1"], file.Select(row => row[2]));
    }

    [Fact]
    public async Task History_OfAMembershipThatAnEventBegan_BeginsOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Observer", Ct, category: "observer")).Expect(201).Id;
        var affiliation = (string)(await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]![0]!["id"]!;

        Assert.Equal("membership.affiliation-started.v1", (string?)Assert.Single(await ItemsAsync(network.Reader, $"affiliations/{affiliation}"))["what"]);
    }

    private static async Task<JsonNode[]> ItemsAsync(Api api, string record) => [.. (await api.GetAsync($"/api/v1/{record}/history", Ct)).Expect(200).Json["items"]!.AsArray()!];

    private static IEnumerable<string> DatedChanges(JsonNode entry) =>
        entry["changes"]!.AsArray().Select(change => $"{change!["field"]} {change["before"]?.ToJsonString()} {change["after"]?.ToJsonString()} {change["since"]}".TrimEnd());

    private static IEnumerable<string> Changes(JsonNode entry) =>
        entry["changes"]!.AsArray().Select(change => $"{change!["field"]} {change["before"]?.ToJsonString()} {change["after"]?.ToJsonString()}");
}
