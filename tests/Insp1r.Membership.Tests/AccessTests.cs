using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests;

public sealed class AccessTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoNetworks_EachOthersRows_AreRefusedEverywhere()
    {
        var mine = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        await other.PushAsync([other.Item("1")], Ct);
        await other.PushAsync([other.Item("1", ("name", "Changed"))], Ct);
        await other.PushAsync([other.Item("1", ("name", "Disputed"), ("baseVersion", 1))], Ct);
        var id = (await other.Reader.GetAsync($"/api/v1/organisations/by-external-id/{other.Ns}/1", Ct)).Expect(200).Id;
        var conflict = (string)(await other.Contributor.GetAsync("/api/v1/sync/conflicts", Ct)).Json["items"]![0]!["id"]!;
        var (state, logged) = (await shared.StateOfAsync(other.Node, Ct), await shared.LogRowsAsync(other.Node, Ct));
        var decision = new { reason = "r", decidedBy = "b", decidedOn = "2026-03-01", to = "suspended" };

        // Nothing tells whether it exists.
        (await mine.Steward.GetAsync($"/api/v1/organisations/{id}", Ct)).IsProblem(404, "not-found");
        (await mine.Steward.GetAsync($"/api/v1/organisations/by-external-id/{other.Ns}/1", Ct)).IsProblem(404, "not-found");
        (await mine.Steward.GetAsync($"/api/v1/organisations/{id}/affiliations/{other.Node}/moves", Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PatchAsync($"/api/v1/organisations/{id}", new { name = "Mine" }, Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{other.Node}/moves", decision, Ct)).IsProblem(404, "not-found");
        (await mine.Steward.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).IsProblem(404, "not-found");
        (await mine.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations", new { node = mine.Node }, Ct)).IsProblem(404, "not-found");
        (await mine.Contributor.GetAsync($"/api/v1/sync/conflicts/{conflict}", Ct)).IsProblem(404, "not-found");
        (await mine.Contributor.PostAsync($"/api/v1/sync/conflicts/{conflict}/resolution", new { take = "theirs" }, Ct)).IsProblem(404, "not-found");
        Assert.Empty((await mine.Reader.GetAsync("/api/v1/organisations", Ct)).Json["items"]!.AsArray());
        Assert.Empty((await mine.Reader.GetAsync($"/api/v1/organisations?node={other.Node}", Ct)).Json["items"]!.AsArray());
        Assert.Empty((await mine.Reader.GetAsync("/api/v1/organisations?text=changed", Ct)).Json["items"]!.AsArray());
        Assert.Empty((await mine.Contributor.GetAsync("/api/v1/sync/conflicts?state=all", Ct)).Json["items"]!.AsArray());
        Assert.Empty((await mine.Reader.GetAsync("/api/v1/sync/status", Ct)).Json["items"]!.AsArray());
        (await mine.Reader.GetAsync($"/api/v1/changes/membership?node={other.Node}", Ct)).IsProblem(403, "outside-your-nodes");
        Assert.DoesNotContain(other.Node, (await mine.Reader.GetAsync("/api/v1/changes/membership?limit=1000", Ct)).Expect(200).Text, StringComparison.Ordinal);

        (await mine.Contributor.PostAsync("/api/v1/organisations", other.Organisation("Planted"), Ct)).IsProblem(403, "outside-your-nodes");
        Assert.Equal(["rejected", "rejected", "rejected"], (await mine.PushAsync(
            [mine.Item("planted", ("node", other.Node)), mine.Item("x", ("externalId", $"{other.Ns}:1")), other.Item("1")], Ct)).Expect(200).Results());
        Assert.Equal(["rejected"], (await mine.PushAsync([mine.Item("x", ("externalId", $"{other.Ns}:1"))], Ct, "?mode=validate")).Results());

        Assert.Equal(state, await shared.StateOfAsync(other.Node, Ct));
        Assert.Equal(logged, await shared.LogRowsAsync(other.Node, Ct));
        Assert.Equal("", await shared.StateOfAsync(mine.Node, Ct));
    }

    [Fact]
    public async Task ParentNode_SeesAndSyncsItsSubtreeOnly()
    {
        var one = await shared.NewNetworkAsync(Ct);
        var two = await shared.NewNetworkAsync(Ct);
        using var both = shared.App.As("both", $"contributor@{one.Node}", $"contributor@{two.Node}");
        using var lookAlike = shared.App.As("look-alike", $"contributor@{one.Node}0");

        var items = new JsonObject { ["items"] = new JsonArray(one.Item("1"), two.Item("1")) };
        var pushed = (await both.PostAsync("/api/v1/sync/batches", items.ToJsonString(), Ct)).Expect(200);

        Assert.Equal(["created", "created"], pushed.Results());
        Assert.Equal(2, (await both.GetAsync("/api/v1/organisations", Ct)).Names().Length);
        Assert.Single((await both.GetAsync($"/api/v1/organisations?node={two.Node}", Ct)).Names());
        Assert.Single((await one.Reader.GetAsync("/api/v1/organisations?node=insp1r.africa", Ct)).Names());
        // insp1r.africa.n10 is not below insp1r.africa.n1.
        Assert.Empty((await lookAlike.GetAsync("/api/v1/organisations", Ct)).Names());
        Assert.Equal(["rejected"], (await lookAlike.PostAsync("/api/v1/sync/batches", new JsonObject { ["items"] = new JsonArray(one.Item("2")) }.ToJsonString(), Ct)).Results());
    }

    [Fact]
    public async Task ARecordOfAnotherNodeOfTheCaller_IsNotMovedByASync()
    {
        var one = await shared.NewNetworkAsync(Ct);
        var two = await shared.NewNetworkAsync(Ct);
        await one.PushAsync([one.Item("1")], Ct);
        using var both = shared.App.As("mover", $"contributor@{one.Node}", $"contributor@{two.Node}");

        var answer = await both.PostAsync("/api/v1/sync/batches", new JsonObject { ["items"] = new JsonArray(one.Item("1", ("node", two.Node))) }.ToJsonString(), Ct);

        Assert.Equal(["/node other-node"], answer.Json["results"]![0]!.Faults());
    }

    [Theory]
    [InlineData("GET", "/api/v1/organisations", "reader", "read")]
    [InlineData("GET", "/api/v1/nodes", "reader", "read")]
    [InlineData("GET", "/api/v1/changes/membership", "reader", "read")]
    [InlineData("GET", "/api/v1/sync/status", "reader", "read")]
    [InlineData("GET", "/api/v1/sync/conflicts", "contributor", "read")]
    [InlineData("POST", "/api/v1/organisations", "contributor", "write")]
    [InlineData("POST", "/api/v1/sync/batches", "contributor", "sync")]
    [InlineData("POST", "/api/v1/nodes", "steward", "write")]
    [InlineData("GET", "/api/v1/operations/membership/log", "operator", "operate")]
    public async Task EachAddress_NeedsItsRoleAndItsScope(string method, string path, string role, string scope)
    {
        var (app, verb) = (shared.App, new HttpMethod(method));
        var scopes = ((string[])["read", "write", "sync", "operate"]).Except([scope]).ToArray();
        string[] lower = role switch
        {
            "steward" => ["contributor@insp1r", "sender@insp1r", "operator@insp1r"],
            "contributor" => ["reader@insp1r", "sender@insp1r", "operator@insp1r"],
            "operator" => ["steward@insp1r"],
            _ => ["operator@insp1r"],
        };
        using var withoutScope = app.With(app.Token("c", [$"{role}@insp1r"], scopes));
        using var withoutRole = app.With(app.Token("c", lower, "read", "write", "sync", "operate"));
        using var nobody = new Api(app.Address, new SocketsHttpHandler());
        using var forged = app.With(app.Token("c", [$"{role}@insp1r"], scope)[..^4] + "AAAA");
        HttpContent? Body() => verb == HttpMethod.Post ? Api.JsonBody("{}") : null;

        (await withoutScope.SendAsync(verb, path, Body(), Ct)).IsProblem(403, "forbidden");
        (await withoutRole.SendAsync(verb, path, Body(), Ct)).IsProblem(403, "forbidden");
        (await nobody.SendAsync(verb, path, Body(), Ct)).IsProblem(401, "unauthorized");
        (await forged.SendAsync(verb, path, Body(), Ct)).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task WrongMethodOrAddress_IsSaidSo()
    {
        (await shared.Steward.SendAsync(HttpMethod.Delete, "/api/v1/organisations", null, Ct)).IsProblem(405, "method-not-allowed");
        (await shared.Steward.GetAsync("/api/v1/organisations/not-an-id", Ct)).IsProblem(404, "not-found");
        (await shared.Steward.GetAsync($"/api/v1/organisations/{Guid.NewGuid()}", Ct)).IsProblem(404, "not-found");
    }
}
