using System.Text.Json.Nodes;

namespace Insp1r.Communications.Tests;

public sealed class PublicEventTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C9_RecordEvent_IsSeenByEveryReader()
    {
        var node = shared.NewNode();

        var recorded = (await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node), Ct)).Expect(201);

        var read = (await shared.App.As($"reader@{shared.NewNode("asia")}").GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200);
        Assert.True(JsonNode.DeepEquals(recorded.Json, read.Json), read.Text);
        Assert.Equal((300, "2022-02-03", true), ((int)read.Json["participants"]!, (string)read.Json["endsOn"]!, (bool)read.Json["online"]!));
        Assert.Equal("L. Speaker", (string?)read.Json["speakers"]![0]!["name"]);
    }

    [Fact]
    public async Task P1_NoEventCarriesASpeaker()
    {
        var node = shared.NewNode();
        await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node), Ct);

        var feed = (await shared.App.As($"reader@{node}").GetAsync("/api/v1/changes/communications", Ct)).Expect(200);

        Assert.Single(feed.Json["items"]!.AsArray());
        Assert.DoesNotContain("Speaker", feed.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from change_log c where node = $1 and c::text ilike '%speaker%'", Ct, node));
    }

    [Fact]
    public async Task C9_ListEvents_LatestFirst_PagesThroughEachOnce()
    {
        var node = shared.NewNode();
        var contributor = shared.App.As($"contributor@{node}");
        foreach (var day in (string[])["2019-11-30", "2022-02-03", "2019-11-30", "2014-01-01"])
            (await contributor.PostAsync("/api/v1/events", Launch(node, day), Ct)).Expect(201);

        var days = new List<string>();
        var ids = new HashSet<Guid>();
        string? after = null;
        do
        {
            var page = (await contributor.GetAsync($"/api/v1/events?node={node}&limit=1{(after is null ? "" : $"&after={after}")}", Ct)).Expect(200);
            var item = Assert.Single(page.Json["items"]!.AsArray())!;
            days.Add((string)item["startsOn"]!);
            Assert.True(ids.Add((Guid)item["id"]!));
            after = (string?)page.Json["next"];
        }
        while (after is not null);

        Assert.Equal(["2022-02-03", "2019-11-30", "2019-11-30", "2014-01-01"], days);
    }

    [Theory]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en"}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","endsOn":"2022-02-02"}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","participants":-1}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","participants":"300"}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","speakers":[null]}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","speakers":[{"organisation":"x"}]}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","speakers":[{"name":"x","email":"x@example.org"}]}""")]
    [InlineData("""{"node":"NODE","title":{"de":"a"},"sourceLanguage":"de","startsOn":"2022-02-03"}""")]
    [InlineData("""{"node":"nowhere","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03"}""")]
    [InlineData("""{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en","startsOn":"2022-02-03","place":"\u0000"}""")]
    public async Task S9_BadEvent_IsRefused_AndChangesNothing(string body)
    {
        var node = shared.NewNode();

        var answer = await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", body.Replace("NODE", node, StringComparison.Ordinal), Ct);

        Assert.InRange(answer.Status, 400, 422);
        Assert.NotNull(answer.Problem);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from public_event where node = $1", Ct, node));
    }

    [Theory]
    [InlineData("events?after=AAAA")]
    [InlineData("events?limit=0")]
    [InlineData("events?node=%00")]
    [InlineData("announcements?outcome=x")]
    [InlineData("announcements?node=*")]
    [InlineData("announcements?status=%00")]
    public async Task S9_BadQuery_IsRefused(string query)
    {
        var answer = await shared.App.As("reader@insp1r").GetAsync($"/api/v1/{query}", Ct);

        Assert.Equal(400, answer.Status);
        Assert.NotNull(answer.Problem);
    }

    [Fact]
    public async Task I10_RecordEvent_OfAnotherNode_IsRefused()
    {
        var node = shared.NewNode();

        (await shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(shared.NewNode()), Ct)).IsProblem(403, "outside-your-nodes");
        (await shared.App.As($"reader@{node}").PostAsync("/api/v1/events", Launch(node), Ct)).IsProblem(403, "forbidden");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public async Task P1_RecordEvent_SpeakersWithoutAPublicSource_IsRefused_AndChangesNothing(string? source)
    {
        var node = shared.NewNode();
        var contributor = shared.App.As($"contributor@{node}");

        var refused = await contributor.PostAsync("/api/v1/events", Launch(node, source: source), Ct);

        Assert.Equal(["/source required"], refused.IsProblem(422, "invalid").Faults());
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from public_event where node = $1", Ct, node));
        (await contributor.PostAsync("/api/v1/events", new { node, title = new { en = "a" }, sourceLanguage = "en", startsOn = "2022-02-03", speakers = Array.Empty<object>() }, Ct)).Expect(201);
    }

    [Fact]
    public async Task C9_RecordEvent_OfANodeThatArrivesLater_IsRefused_ThenSucceedsWithTheSameKey()
    {
        var node = $"insp1r.africa.x{Guid.NewGuid():N}";
        var contributor = shared.App.As($"contributor@{node}");
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var early = await contributor.PostAsync("/api/v1/events", Launch(node), Ct, key);
        (await shared.App.As("contributor@insp1r.asia").PostAsync("/api/v1/events", Launch(node), Ct)).IsProblem(403, "outside-your-nodes");

        Assert.Equal(["/node unknown-node"], early.IsProblem(422, "invalid").Faults());
        Assert.Equal("2", early.Headers["Retry-After"]);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from public_event where node = $1", Ct, node));
        await shared.NodeAsync(node, "national", "RW", Ct, ("en", "INSP!R Rwanda"));
        (await contributor.PostAsync("/api/v1/events", Launch(node), Ct, key)).Expect(201);
    }

    private static object Launch(string node, string startsOn = "2022-02-03", string? source = "https://example.org/launch") => new
    {
        node,
        title = new { en = "Online launch", fr = "Lancement en ligne", es = "Lanzamiento en línea" },
        sourceLanguage = "en",
        startsOn,
        online = true,
        participants = 300,
        source,
        speakers = new[] { new { name = "L. Speaker", organisation = "An organisation" } },
    };
}
