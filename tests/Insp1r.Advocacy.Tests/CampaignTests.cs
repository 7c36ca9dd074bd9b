namespace Insp1r.Advocacy.Tests;

public sealed class CampaignTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A2_RecordCampaign_OfOwnNode_IsReadListedAndInTheFeed()
    {
        var network = shared.NewNetwork();

        var recorded = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node), Ct)).Expect(201);

        var read = (await network.Reader.GetAsync($"/api/v1/campaigns/{recorded.Id}", Ct)).Expect(200);
        Assert.Equal($"/api/v1/campaigns/{recorded.Id}", recorded.Headers["Location"]);
        Assert.Equal("\"1\"", read.ETag);
        Assert.Equal(recorded.Text, read.Text);
        Assert.Equal("Universal social protection", (string?)read.Json["title"]!["en"]);
        Assert.Equal("node", (string?)read.Json["publication"]);
        Assert.Equal(304, (await network.Reader.GetAsync($"/api/v1/campaigns/{recorded.Id}", Ct, ("If-None-Match", read.ETag!))).Status);
        Assert.Equal([recorded.Id], (await network.Reader.GetAsync($"/api/v1/campaigns?node={network.Node}", Ct)).Ids());
        var change = Assert.Single((await network.Reader.GetAsync("/api/v1/changes/advocacy?type=advocacy.campaign-recorded.v1", Ct)).Expect(200).Json["items"]!.AsArray());
        Assert.Equal(recorded.Id, (Guid)change!["data"]!["state"]!["id"]!);
    }

    [Fact]
    public async Task A2_RecordCampaign_UnderOneOfAnotherLevel_Nests_AndItsChildrenAreListed()
    {
        var network = shared.NewNetwork();
        var continental = (await shared.App.As("contributor@insp1r.africa").PostAsync("/api/v1/campaigns", Campaign("insp1r.africa", publication: "continental"), Ct)).Expect(201);

        var child = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, parentId: continental.Id), Ct)).Expect(201);

        Assert.Equal(continental.Id, (Guid)child.Json["parentId"]!);
        Assert.Equal([child.Id], (await network.Reader.GetAsync($"/api/v1/campaigns?parent={continental.Id}", Ct)).Ids());
    }

    [Fact]
    public async Task A2_RecordCampaign_UnderOneThatIsNotPublishedToTheCaller_IsRefusedLikeOneThatDoesNotExist()
    {
        var (network, other) = (shared.NewNetwork(), shared.NewNetwork());
        var hidden = (await other.Contributor.PostAsync("/api/v1/campaigns", Campaign(other.Node), Ct)).Expect(201);

        var refused = await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, parentId: hidden.Id), Ct);
        var unknown = await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, parentId: Guid.CreateVersion7()), Ct);

        Assert.Equal(["/parentId unknown-campaign"], refused.IsProblem(422, "invalid").Faults());
        Assert.Equal(unknown.Json["errors"]!.ToJsonString(), refused.Json["errors"]!.ToJsonString());
        Assert.Empty((await network.Reader.GetAsync($"/api/v1/campaigns?node={network.Node}", Ct)).Ids());
    }

    [Fact]
    public async Task A2_ChangeCampaign_ThatWouldStandUnderItself_IsRefused()
    {
        var network = shared.NewNetwork();
        var upper = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node), Ct)).Expect(201);
        var lower = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, parentId: upper.Id), Ct)).Expect(201);

        var refused = await network.Contributor.PatchAsync($"/api/v1/campaigns/{upper.Id}", new { parentId = lower.Id }, Ct, upper.IfMatch());

        Assert.Equal(["/parentId circle"], refused.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task A2_ChangeCampaign_Member_LeavesTheOthers_NullTakesAway_AndTheSameCostsNoVersion()
    {
        var network = shared.NewNetwork();
        var recorded = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, endsOn: "2030-12-31"), Ct)).Expect(201);

        var changed = (await network.Contributor.PatchAsync($"/api/v1/campaigns/{recorded.Id}", """{"endsOn":null,"title":{"fr":"Protection sociale","en":"Social protection"}}""", Ct, recorded.IfMatch())).Expect(200);
        var same = (await network.Contributor.PatchAsync($"/api/v1/campaigns/{recorded.Id}", """{"title":{"en":"Social protection","fr":"Protection sociale"}}""", Ct, changed.IfMatch())).Expect(200);

        Assert.Null(changed.Json["endsOn"]);
        Assert.Equal("2025-01-01", (string?)changed.Json["startsOn"]);
        Assert.Equal((2, 2), (changed.Version, same.Version));
        Assert.Equal(2L, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id = $1", Ct, recorded.Id));
    }

    [Fact]
    public async Task A2_ChangeCampaign_WithoutOrWithAnOldVersion_IsRefusedAndChangesNothing()
    {
        var network = shared.NewNetwork();
        var recorded = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node), Ct)).Expect(201);
        await network.Contributor.PatchAsync($"/api/v1/campaigns/{recorded.Id}", new { publication = "public" }, Ct, recorded.IfMatch());

        (await network.Contributor.PatchAsync($"/api/v1/campaigns/{recorded.Id}", new { publication = "node" }, Ct)).IsProblem(428, "if-match-required");
        (await network.Contributor.PatchAsync($"/api/v1/campaigns/{recorded.Id}", new { publication = "node" }, Ct, recorded.IfMatch())).IsProblem(412, "version-stale");

        Assert.Equal("public", (string?)(await network.Reader.GetAsync($"/api/v1/campaigns/{recorded.Id}", Ct)).Json["publication"]);
    }

    [Fact]
    public async Task A2_ListCampaigns_ByTextAndPages_FindsEachOnce_WhateverItsAccents()
    {
        var network = shared.NewNetwork();
        var ids = new List<Guid>();
        for (var i = 0; i < 5; i++)
            ids.Add((await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, title: $"Équité pour tous {i}"), Ct)).Expect(201).Id);
        await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node, title: "Something else"), Ct);

        var found = new List<Guid>();
        string? after = null;
        do
        {
            var page = (await network.Reader.GetAsync($"/api/v1/campaigns?text=EQUITE&limit=2{(after is null ? "" : $"&after={after}")}", Ct)).Expect(200);
            found.AddRange(page.Ids());
            after = (string?)page.Json["next"];
        }
        while (after is not null);

        Assert.Equal(Enumerable.Reverse(ids), found);
    }

    [Fact]
    public async Task A2_Campaigns_OfAnotherNetwork_AreNotFound_AndCannotBeWritten()
    {
        var (network, other) = (shared.NewNetwork(), shared.NewNetwork());
        var recorded = (await network.Contributor.PostAsync("/api/v1/campaigns", Campaign(network.Node), Ct)).Expect(201);

        (await other.Steward.GetAsync($"/api/v1/campaigns/{recorded.Id}", Ct)).IsProblem(404, "not-found");
        (await other.Steward.PatchAsync($"/api/v1/campaigns/{recorded.Id}", new { publication = "public" }, Ct, recorded.IfMatch())).IsProblem(404, "not-found");
        (await other.Steward.PostAsync("/api/v1/campaigns", Campaign(network.Node), Ct)).IsProblem(403, "outside-your-nodes");
        (await network.Reader.PostAsync("/api/v1/campaigns", Campaign(network.Node), Ct)).IsProblem(403, "forbidden");
        (await shared.App.Anonymous.GetAsync("/api/v1/campaigns", Ct)).IsProblem(401, "unauthorized");

        Assert.Empty((await other.Steward.GetAsync("/api/v1/campaigns", Ct)).Ids().Intersect([recorded.Id]));
        Assert.Empty((await other.Steward.GetAsync("/api/v1/changes/advocacy", Ct)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A2_RecordCampaign_WithSeveralFaults_NamesThemAll()
    {
        var network = shared.NewNetwork();

        var refused = await network.Contributor.PostAsync(
            "/api/v1/campaigns",
            new { node = network.Node, title = new { en = "", de = "x" }, sourceLanguage = "fr", startsOn = "2025-02-01", endsOn = "2025-01-01" }, Ct);

        Assert.Equal(
            ["/endsOn ends-before-start", "/title/de unknown-language", "/title/en required", "/title/fr source-language-missing"],
            refused.IsProblem(422, "invalid").Faults().Order(StringComparer.Ordinal));
    }

    private static object Campaign(string node, string title = "Universal social protection", Guid? parentId = null, string publication = "node", string? endsOn = null) =>
        new { node, title = new { en = title }, sourceLanguage = "en", parentId, startsOn = "2025-01-01", endsOn, publication };
}
