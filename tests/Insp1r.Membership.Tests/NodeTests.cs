using Insp1r.Contracts.Membership;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Tests;

public sealed class NodeTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("insp1r.x1", "national", "RW", "/level wrong-level")]
    [InlineData("insp1r.africa.x1", "continental", null, "/level wrong-level")]
    [InlineData("insp1r.x1", "intercontinental", null, "/level wrong-level")]
    [InlineData("insp1r.nowhere.x1", "national", "RW", "/path unknown-parent")]
    [InlineData("insp1r", "intercontinental", null, "/path bad-path")]
    [InlineData("other.x1", "continental", null, "/path bad-path")]
    [InlineData("insp1r.X1", "continental", null, "/path bad-path")]
    [InlineData("insp1r.x1", "regional", null, "/level unknown-level")]
    [InlineData("insp1r.africa.x1", "national", null, "/country required")]
    [InlineData("insp1r.africa.x1", "national", "XX", "/country unknown-country")]
    [InlineData("insp1r.x1", "continental", "RW", "/country not-national")]
    public async Task M2_WrongPlaceInTheTree_Returns422(string path, string level, string? country, string fault)
    {
        var answer = await shared.Steward.PostAsync("/api/v1/nodes", new { path, level, names = new { en = "X" }, country }, Ct);

        Assert.Equal([fault], answer.IsProblem(422, "invalid").Faults());
        Assert.Equal(0, await shared.LogRowsAsync(path == "insp1r" ? "-" : path, Ct));
    }

    [Fact]
    public async Task M2_NothingLiesBelowANationalNetwork()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = await shared.Steward.PostAsync("/api/v1/nodes", new { path = $"{network.Node}.town", level = "national", names = new { en = "X" }, country = "RW" }, Ct);

        Assert.Equal(["/level wrong-level"], answer.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task M2_OneStewardAddsBelow_TwiceIs409_OthersAreRefused()
    {
        var body = new { path = "insp1r.africa.m2", level = "national", names = new { en = "M2", fr = "M2 (fr)" }, country = "BDI" };
        var network = await shared.NewNetworkAsync(Ct);
        var africa = shared.App.As("africa", "steward@insp1r.africa");

        (await network.Steward.PostAsync("/api/v1/nodes", body, Ct)).IsProblem(403, "outside-your-nodes");
        var created = (await africa.PostAsync("/api/v1/nodes", body, Ct)).Expect(201);
        (await africa.PostAsync("/api/v1/nodes", body, Ct)).IsProblem(409, "node-exists");

        Assert.Equal("BI", (string?)created.Json["country"]);
        Assert.Equal("insp1r.africa", (string?)created.Json["parent"]);
        Assert.Equal(1, await shared.LogRowsAsync("insp1r.africa.m2", Ct));
        Assert.Equal(created.Id, (await network.Reader.GetAsync("/api/v1/nodes/by-path/insp1r.africa.m2", Ct)).Expect(200).Id);
        Assert.Equal(created.Id, (await network.Reader.GetAsync($"/api/v1/nodes/{created.Id}", Ct)).Expect(200).Id);
    }

    [Fact]
    public async Task M2_SubtreeOfThirtyNodes_IsOneRequest()
    {
        await shared.AddNodeAsync("insp1r.thirty", "continental", null, Ct);
        var nodes = Enumerable.Range(1, 29).Select(n => $"insp1r.thirty.n{n}").ToList();
        foreach (var node in nodes)
            await shared.AddNodeAsync(node, "national", "RW", Ct);
        var network = new Network(shared, "insp1r.thirty", "thirty");
        (await network.PushAsync([.. Enumerable.Range(0, 200).Select(n => network.Item($"{n}", ("node", nodes[n % 29]), ("name", $"Member {n}")))], Ct)).Expect(200);

        var subtree = (await network.Reader.GetAsync("/api/v1/nodes?path=insp1r.thirty&limit=500", Ct)).Expect(200).Json;
        var members = (await network.Reader.GetAsync("/api/v1/organisations?node=insp1r.thirty&limit=500", Ct)).Expect(200).Json;
        var counted = (await network.Reader.GetAsync("/api/v1/affiliations/counts?node=insp1r.thirty", Ct)).Expect(200).Json;

        Assert.Equal(nodes.Prepend("insp1r.thirty").Order(StringComparer.Ordinal), subtree["items"]!.AsArray().Select(node => (string)node!["path"]!));
        Assert.Equal((200, null), (members["items"]!.AsArray().Count, (string?)members["next"]));
        Assert.Equal(200, (int)counted["distinctOrganisations"]!);
        // Each has the same two types.
        Assert.Equal([200, 200], counted["byType"]!.AsObject().Select(type => (int)type.Value!));
    }

    [Fact]
    public async Task M2_Tree_IsSeenByEveryReaderAndPaged()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await shared.NewNetworkAsync(Ct);

        var paths = new List<string>();
        string? next = null;
        do
        {
            var page = (await network.Reader.GetAsync($"/api/v1/nodes?limit=2{(next is null ? "" : $"&after={next}")}", Ct)).Expect(200).Json;
            paths.AddRange(page["items"]!.AsArray().Select(node => (string)node!["path"]!));
            next = (string?)page["next"];
        }
        while (next is not null);

        Assert.Equal("insp1r", paths[0]);
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
        Assert.Equal(paths.Count, paths.Distinct().Count());
        Assert.Equal(await shared.ScalarAsync<long>("select count(*) from network_node", Ct), paths.Count);
        var africa = (await network.Reader.GetAsync("/api/v1/nodes?path=insp1r.africa&level=continental", Ct)).Json["items"]!.AsArray();
        Assert.Equal("insp1r.africa", (string?)Assert.Single(africa)!["path"]);
    }

    [Fact]
    public async Task S6_NodeNames_ChangeWithTheCurrentVersion()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var node = (await network.Reader.GetAsync($"/api/v1/nodes/by-path/{network.Node}", Ct)).Expect(200);
        var path = $"/api/v1/nodes/{node.Id}";

        (await network.Steward.PatchAsync(path, new { names = new { en = "New" } }, Ct)).IsProblem(428, "if-match-required");
        (await network.Contributor.PatchAsync(path, new { names = new { en = "New" } }, Ct, ("If-Match", node.ETag!))).IsProblem(403, "forbidden");
        Assert.Equal(2, (await network.Steward.PatchAsync(path, new { names = new { en = "New" } }, Ct, ("If-Match", node.ETag!))).Expect(200).Version);
        Assert.Equal(2, (await network.Steward.PatchAsync(path, new { names = new { en = "New" } }, Ct, ("If-Match", "\"2\""))).Expect(200).Version);

        Assert.Equal("membership.node-added.v1,membership.node-changed.v1", await shared.ScalarAsync<string>(
            "select string_agg(type, ',' order by subject_version) from change_log where subject_id = $1", Ct, node.Id));
    }

    [Fact]
    public async Task M2_Root_IsThereWithItsEvent()
    {
        var root = (await shared.Steward.GetAsync("/api/v1/nodes/by-path/insp1r", Ct)).Expect(200);
        var payload = await shared.ScalarAsync<string>("select payload::text from change_log where subject_id = $1 and type = 'membership.node-added.v1'", Ct, root.Id);

        var told = System.Text.Json.JsonSerializer.Deserialize<NodeAdded>(payload, JsonDefaults.Options)!;
        Assert.Equal(payload, System.Text.Json.JsonSerializer.Serialize(told, JsonDefaults.Options));
        Assert.Equal((root.Id, "insp1r", "intercontinental"), (told.State.Id, told.State.Path, told.State.Level));
        Assert.Equal((string?)root.Json["names"]!["fr"], told.State.Names["fr"]);
    }
}
