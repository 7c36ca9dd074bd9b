using Insp1r.Membership.Data;
using Insp1r.Membership.Tests.Documents;
using Insp1r.Testing.Stack;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Membership.Tests.Records;

/// <summary>Notes on the records of organisations and networks, inside their node.</summary>
public sealed class CommentTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("organisation")]
    [InlineData("node")]
    public async Task Comment_IsSeenInsideTheNode_WithItsAuthorForThoseWhoKeepTheRecord(string kind)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await PathAsync(network, kind);
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

    [Theory]
    [InlineData("organisation")]
    [InlineData("node")]
    public async Task Comment_WithdrawnByItsAuthorOrASteward_LeavesNoWordsAnywhere(string kind)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await PathAsync(network, kind);
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

    [Fact]
    public async Task Comment_OfOneRecord_IsNoneOfAnother()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (organisation, node) = (await PathAsync(network), await PathAsync(network, "node"));
        var own = (await network.Contributor.PostAsync(organisation, new { text = "Of the organisation" }, Ct)).Expect(201);
        var ofNetwork = (await network.Contributor.PostAsync(node, new { text = "Of the network" }, Ct)).Expect(201);

        Assert.Equal((organisation.Split('/')[4], null), ((string?)own.Json["organisationId"], (string?)own.Json["nodeId"]));
        Assert.Equal((null, node.Split('/')[4]), ((string?)ofNetwork.Json["organisationId"], (string?)ofNetwork.Json["nodeId"]));
        Assert.Equal(["Of the organisation"], (await ListAsync(network.Reader, organisation)).Select(c => c.Item1));
        Assert.Equal(["Of the network"], (await ListAsync(network.Reader, node)).Select(c => c.Item1));
        (await network.Steward.PostAsync($"{node}/{own.Id}/withdrawal", null, Ct)).IsProblem(404, "not-found");
        (await network.Steward.PostAsync($"{organisation.Replace("organisations", "nodes", StringComparison.Ordinal)}/{own.Id}/withdrawal", null, Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task Comment_FromBeforeNetworksHadSome_StaysAndFollowsItsMerge()
    {
        var database = await shared.Postgres.CreateDatabaseAsync($"comments_{Guid.NewGuid():N}", Ct);
        await using var app = MembershipApp.Start(database);
        using var steward = app.As("steward", "steward@insp1r");
        var (survivor, merged, other) = (await RegisterAsync("Stays"), await RegisterAsync("Was twice"), await RegisterAsync("Another"));
        var (moved, stays) = (await CommentAsync(merged, "Of the duplicate"), await CommentAsync(other, "Of another"));
        var merge = (await steward.PostAsync($"/api/v1/organisations/{survivor}/merge", new { mergedId = merged, version = 1, mergedVersion = 1 }, Ct)).Expect(200).Id;
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
            await db.GetService<IMigrator>().MigrateAsync("20261122084200_Comments", Ct);
            // As a merge left them then.
            await db.Database.ExecuteSqlAsync($"update organisation_merge set snapshot = snapshot - 'comments' - 'documents'", Ct);
            await db.Database.ExecuteSqlAsync($"update record_comment set organisation_id = {merged} where id = {moved}", Ct);
            await db.Database.MigrateAsync(Ct);
        }

        Assert.Equal(["Of the duplicate"], await TextsAsync(survivor));
        Assert.Equal(["Of another"], await TextsAsync(other));
        (await steward.PostAsync($"/api/v1/organisations/{other}/comments/{stays}/withdrawal", null, Ct)).Expect(200);
        (await steward.PostAsync($"/api/v1/merges/{merge}/undo", null, Ct)).Expect(200);
        Assert.Empty(await TextsAsync(survivor));
        Assert.Equal(["Of the duplicate"], await TextsAsync(merged));

        async Task<Guid> RegisterAsync(string name) => (await steward.PostAsync("/api/v1/organisations", new { node = "insp1r", name, country = "RW", types = (string[])["cooperative"] }, Ct)).Expect(201).Id;

        async Task<Guid> CommentAsync(Guid organisation, string text) => (await steward.PostAsync($"/api/v1/organisations/{organisation}/comments", new { text }, Ct)).Expect(201).Id;

        async Task<string[]> TextsAsync(Guid organisation) => [.. (await ListAsync(steward, $"/api/v1/organisations/{organisation}/comments")).Select(c => c.Item1!)];
    }

    private static async Task<string> PathAsync(Network network, string kind = "organisation") => $"{await network.RecordAsync(kind)}/comments";

    private static async Task<(string?, string?)[]> ListAsync(Api api, string path) =>
        [.. (await api.GetAsync(path, Ct)).Expect(200).Json["items"]!.AsArray().Select(c => ((string?)c!["text"], (string?)c["author"]))];
}
