using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Communications.Tests;

public sealed class AnnouncementTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task C5_ChangeAnnouncement_OneLanguage_LeavesTheOthers()
    {
        var (node, draft) = await DraftAsync();

        var changed = (await shared.App.As($"contributor@{node}").PatchAsync(
            $"/api/v1/announcements/{draft.Id}", new { languages = new { fr = new { subject = "Une bonne nouvelle", body = "Voici." } } }, Ct, draft.IfMatch())).Expect(200);

        Assert.Equal("Une bonne nouvelle", (string?)changed.Json["languages"]!["fr"]!["subject"]);
        Assert.True(JsonNode.DeepEquals(draft.Json["languages"]!["en"], changed.Json["languages"]!["en"]));
        Assert.Equal("\"2\"", changed.ETag);
        Assert.Equal("2", $"{(await shared.App.As($"reader@{node}").GetAsync($"/api/v1/announcements/{draft.Id}", Ct)).Version}");
    }

    [Fact]
    public async Task C5_ChangeAnnouncement_ToNoLanguageOrABadOne_IsRefused()
    {
        var (node, draft) = await DraftAsync();
        var contributor = shared.App.As($"contributor@{node}");

        var none = await contributor.PatchAsync($"/api/v1/announcements/{draft.Id}", """{"languages":{"en":null,"fr":null,"es":null}}""", Ct, draft.IfMatch());
        var bad = await contributor.PatchAsync(
            $"/api/v1/announcements/{draft.Id}",
            new { languages = new Dictionary<string, object> { ["de"] = new { subject = "a", body = "b" }, ["en"] = new { subject = "two\r\nlines", body = "" }, ["fr"] = new { subject = new string('x', 401), body = "b" } } },
            Ct, draft.IfMatch());

        Assert.Equal(["/languages required"], none.IsProblem(422, "invalid").Faults());
        Assert.Equal(
            ["/languages/de unknown-language", "/languages/en/body required", "/languages/en/subject bad-character", "/languages/fr/subject too-long"],
            bad.IsProblem(422, "invalid").Faults().Order(StringComparer.Ordinal));
        (await contributor.PatchAsync($"/api/v1/announcements/{draft.Id}", new { languages = new { }, status = "released" }, Ct, draft.IfMatch())).IsProblem(400, "bad-request");
        (await contributor.PatchAsync($"/api/v1/announcements/{draft.Id}", new { languages = new { } }, Ct)).IsProblem(428, "if-match-required");
    }

    [Fact]
    public async Task C5_Release_BySenderOnly_Once_AndItsTextsStay()
    {
        var (node, draft) = await DraftAsync();
        var path = $"/api/v1/announcements/{draft.Id}";

        (await shared.App.As($"steward@{node}").PostAsync($"{path}/release", null, Ct)).IsProblem(403, "forbidden");
        (await shared.App.As($"reader@{node}", $"sender@{shared.NewNode()}").PostAsync($"{path}/release", null, Ct)).IsProblem(403, "outside-your-nodes");
        var released = (await shared.App.As($"sender@{node}").PostAsync($"{path}/release", null, Ct)).Expect(200);

        Assert.Equal("released", (string?)released.Json["status"]);
        Assert.NotNull(released.Json["releasedAt"]);
        (await shared.App.As($"sender@{node}").PostAsync($"{path}/release", null, Ct)).IsProblem(409, "announcement-not-draft");
        (await shared.App.As($"contributor@{node}").PatchAsync(path, new { languages = new { en = new { subject = "a", body = "b" } } }, Ct, released.IfMatch())).IsProblem(409, "announcement-not-draft");
        Assert.Equal(
            ["communications.announcement-drafted.v1", "communications.announcement-released.v1"],
            (await shared.App.As($"reader@{node}").GetAsync("/api/v1/changes/communications", Ct)).Json["items"]!.AsArray().Select(change => (string)change!["type"]!));
    }

    [Fact]
    public async Task C5_Withdraw_DraftOrReleased_OnceAndForAll()
    {
        var (node, draft) = await DraftAsync();
        var sender = shared.App.As($"sender@{node}");

        var withdrawn = (await sender.PostAsync($"/api/v1/announcements/{draft.Id}/withdrawal", null, Ct)).Expect(200);

        Assert.Equal("withdrawn", (string?)withdrawn.Json["status"]);
        (await sender.PostAsync($"/api/v1/announcements/{draft.Id}/withdrawal", null, Ct)).IsProblem(409, "announcement-withdrawn");
        (await sender.PostAsync($"/api/v1/announcements/{draft.Id}/release", null, Ct)).IsProblem(409, "announcement-not-draft");
    }

    [Fact]
    public async Task I10_Announcements_OfAnotherNetwork_AreNotFound()
    {
        var (node, draft) = await DraftAsync();
        var other = shared.App.As($"steward@{shared.NewNode()}", $"sender@{shared.NewNode()}");

        (await other.GetAsync($"/api/v1/announcements/{draft.Id}", Ct)).IsProblem(404, "not-found");
        (await other.PatchAsync($"/api/v1/announcements/{draft.Id}", new { languages = new { } }, Ct, draft.IfMatch())).IsProblem(404, "not-found");
        (await other.PostAsync($"/api/v1/announcements/{draft.Id}/release", null, Ct)).IsProblem(404, "not-found");
        Assert.Empty((await other.GetAsync("/api/v1/announcements", Ct)).Nodes());
        Assert.Empty((await other.GetAsync($"/api/v1/announcements?node={node}", Ct)).Nodes());
        Assert.Empty((await other.GetAsync("/api/v1/changes/communications", Ct)).Json["items"]!.AsArray());
        (await shared.App.Anonymous.GetAsync($"/api/v1/announcements/{draft.Id}", Ct)).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task C5_ListAnnouncements_ByNodeStatusAndPage_FindsThose()
    {
        var (node, draft) = await DraftAsync();
        var second = await shared.DraftAsync(Outcomes.Substantiated(node, shared.NewNode()), Ct);
        await shared.App.As($"sender@{node}").PostAsync($"/api/v1/announcements/{draft.Id}/release", null, Ct);
        var reader = shared.App.As($"reader@{node}");

        var first = (await reader.GetAsync("/api/v1/announcements?limit=1", Ct)).Expect(200);
        var next = (await reader.GetAsync($"/api/v1/announcements?limit=1&after={first.Json["next"]}", Ct)).Expect(200);

        Assert.Equal(second.IdOf(node), first.IdOf(node));
        Assert.Equal((draft.Id, (string?)null), (next.IdOf(node), (string?)next.Json["next"]));
        Assert.Equal(draft.Id, (await reader.GetAsync("/api/v1/announcements?status=released", Ct)).IdOf(node));
        (await reader.GetAsync("/api/v1/announcements?status=sent", Ct)).IsProblem(400, "bad-query");
    }

    private async Task<(string Node, Answer Draft)> DraftAsync()
    {
        var node = shared.NewNode();
        var drafts = await shared.DraftAsync(Outcomes.Substantiated(node, shared.NewNode()), Ct);
        return (node, (await shared.App.As($"reader@{node}").GetAsync($"/api/v1/announcements/{drafts.IdOf(node)}", Ct)).Expect(200));
    }
}
