using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Records;

/// <summary>Notes on an organisation's record, inside its node.</summary>
public sealed class CommentTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Comment_IsSeenInsideTheNode_WithItsAuthorForThoseWhoKeepTheRecord()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await PathAsync(network);
        (await network.Contributor.PostAsync(path, new { text = "Call again in May" }, Ct)).Expect(201);
        (await network.Steward.PostAsync(path, new { text = "Done" }, Ct)).Expect(201);

        Assert.Equal([("Done", null), ("Call again in May", null)], await ListAsync(network.Reader, path));
        Assert.Equal([("Done", $"steward-{network.Ns}"), ("Call again in May", $"contributor-{network.Ns}")], await ListAsync(network.Contributor, path));
        using var stranger = shared.App.As("comment-stranger", "steward@insp1r.asia");
        (await stranger.GetAsync(path, Ct)).IsProblem(404, "not-found");
        (await stranger.PostAsync(path, new { text = "x" }, Ct)).IsProblem(404, "not-found");
        (await network.Reader.PostAsync(path, new { text = "x" }, Ct)).IsProblem(403, "forbidden");
        Assert.Equal(["/text required"], (await network.Contributor.PostAsync(path, new { text = " " }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/text too-long"], (await network.Contributor.PostAsync(path, new { text = new string('x', 4_001) }, Ct)).IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task Comment_IsNotSeenThroughAMembershipElsewhere()
    {
        var (home, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var path = await PathAsync(home);
        var id = path.Split('/')[4];
        await shared.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations", new { node = other.Node, category = "observer" }, Ct);
        (await other.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200);

        (await other.Steward.GetAsync(path, Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task Comment_WithdrawnByItsAuthorOrASteward_LeavesNoWordsAnywhere()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await PathAsync(network);
        var words = $"Zanzibar{Guid.NewGuid():N}";
        var own = (await network.Contributor.PostAsync(path, new { text = words }, Ct, ("Idempotency-Key", $"comment-{words}"))).Expect(201).Id;
        var stewards = (await network.Steward.PostAsync(path, new { text = "A steward's" }, Ct)).Expect(201).Id;
        // In no event, in no trail: in its table, and in the answer that is kept for who asks again.
        Assert.Equal(["idempotency_key", "record_comment"], (await shared.TablesWithAsync(words, Ct)).Order(StringComparer.Ordinal));

        (await network.Contributor.PostAsync($"{path}/{stewards}/withdrawal", null, Ct)).IsProblem(403, "forbidden");
        (await network.Contributor.PostAsync($"{path}/{own}/withdrawal", null, Ct)).Expect(200);
        (await network.Steward.PostAsync($"{path}/{own}/withdrawal", null, Ct)).Expect(200);
        (await network.Contributor.PostAsync($"{path}/{Guid.NewGuid()}/withdrawal", null, Ct)).IsProblem(404, "not-found");

        Assert.Empty(await shared.TablesWithAsync(words, Ct));
        Assert.Equal([("A steward's", $"steward-{network.Ns}"), (null, $"contributor-{network.Ns}")], await ListAsync(network.Steward, path));
        var trail = (await network.Steward.GetAsync($"/api/v1/audit/membership?subjectId={own}", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(["membership.comment-withdrawn", "membership.comment-added"], trail.Select(e => (string?)e!["type"]));
    }

    [Fact]
    public async Task Comment_Pages_AreTheWholeOnceAndTheNewestFirst()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await PathAsync(network);
        for (var i = 0; i < 5; i++)
            (await network.Contributor.PostAsync(path, new { text = $"{i}" }, Ct)).Expect(201);

        var texts = new List<string>();
        for (var after = ""; after is not null;)
        {
            var page = (await network.Reader.GetAsync($"{path}?limit=2{after}", Ct)).Expect(200).Json;
            texts.AddRange(page["items"]!.AsArray().Select(c => (string)c!["text"]!));
            after = (string?)page["next"] is { } next ? $"&after={next}" : null;
        }

        Assert.Equal(["4", "3", "2", "1", "0"], texts);
    }

    private static async Task<string> PathAsync(Network network) => $"/api/v1/organisations/{(await network.RegisterAsync("Noted", Ct)).Expect(201).Id}/comments";

    private static async Task<(string?, string?)[]> ListAsync(Api api, string path) =>
        [.. (await api.GetAsync(path, Ct)).Expect(200).Json["items"]!.AsArray().Select(c => ((string?)c!["text"], (string?)c["author"]))];
}
