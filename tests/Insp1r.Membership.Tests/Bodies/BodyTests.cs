using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Bodies;

/// <summary>Bodies that decide and who sits in them (features.md, G11).</summary>
public sealed class BodyTests(Shared shared)
{
    private static readonly string Today = DateOnly.FromDateTime(DateTime.UtcNow).ToString("O");
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G11_Body_IsAddedAndChangedByStewards_OnceAtItsNode()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = $"/api/v1/nodes/{network.Node}/bodies";
        var added = (await network.Steward.PostAsync(path, new { code = "board", from = "2020-01-01" }, Ct)).Expect(201);
        Assert.Equal("Conseil d'administration", (string?)added.Json["names"]!["fr"]);

        (await network.Steward.PostAsync(path, new { code = "board", from = "2021-01-01" }, Ct)).IsProblem(409, "body-exists");
        (await network.Contributor.PostAsync(path, new { code = "audit", from = "2020-01-01" }, Ct)).IsProblem(403, "forbidden");
        Assert.Equal(["/code bad-body", "/names/de unknown-language", "/to ends-before-start"], (await network.Steward.PostAsync(path, new { code = "Board!", from = "2020-01-01", to = "2019-01-01", names = new { de = "x" } }, Ct)).IsProblem(422, "invalid").Faults());
        var changed = (await network.Steward.PatchAsync($"/api/v1/bodies/{added.Id}", new { names = new { en = "Executive board" }, to = "2099-12-31" }, Ct, ("If-Match", "\"1\""))).Expect(200);
        (await network.Steward.PatchAsync($"/api/v1/bodies/{added.Id}", new { to = (string?)null }, Ct, ("If-Match", "\"1\""))).IsProblem(412, "version-stale");
        (await network.Steward.PatchAsync($"/api/v1/bodies/{added.Id}", new { from = "2100-01-01" }, Ct, ("If-Match", "*"))).IsProblem(422, "invalid");

        Assert.Equal((2, "Executive board", "2099-12-31"), (changed.Version, (string?)changed.Json["names"]!["en"], (string?)changed.Json["to"]));
        Assert.Equal(["board"], (await network.Reader.GetAsync(path, Ct)).Expect(200).Json["items"]!.AsArray().Select(b => (string?)b!["code"]));
        using var stranger = shared.App.As("body-stranger", "steward@insp1r.asia");
        Assert.StartsWith($"There is no node {network.Node} that you may see.", (string?)(await stranger.GetAsync(path, Ct)).IsProblem(404, "not-found").Json["detail"], StringComparison.Ordinal);
        (await stranger.GetAsync($"/api/v1/bodies/{added.Id}", Ct)).IsProblem(404, "not-found");
        Assert.Equal(2, await shared.ScalarAsync<long>("select count(*) from change_log where subject = 'body' and subject_id = $1 and visibility = 'feed'", Ct, added.Id));
    }

    [Fact]
    public async Task G11_MandateInABodyThatNobodyAdded_IsRefused_UnlessMostNetworksHaveIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.Steward.PostAsync($"/api/v1/nodes/{network.Node}/bodies", new { code = "womens-circle", from = "2020-01-01" }, Ct)).Expect(201);
        var person = await PersonAsync(network, "Seated", null);

        var mistyped = (await AddAsync("steering-comittee")).IsProblem(422, "invalid");
        Assert.Equal(["/body unknown-body"], mistyped.Faults());
        Assert.Contains("womens-circle, assembly, steering-committee", mistyped.Text, StringComparison.Ordinal);
        (await AddAsync("womens-circle")).Expect(201);
        (await AddAsync("assembly")).Expect(201);
        Assert.Equal(
            ["assembly", "womens-circle"],
            (await network.Reader.GetAsync($"/api/v1/nodes/{network.Node}/bodies", Ct)).Expect(200).Json["items"]!.AsArray().Select(b => (string)b!["code"]!).Order());

        Task<Answer> AddAsync(string body) => network.Steward.PostAsync(
            $"/api/v1/persons/{person}/roles", new { kind = "mandate", title = "Member", from = "2024-01-01", node = network.Node, body }, Ct);
    }

    [Fact]
    public async Task G11_Mandates_AreCounted_AndShownToThoseWhoMaySeeThePersons()
    {
        var network = await shared.NewNetworkAsync(Ct);
        // Nobody added the body: it is there because somebody sits in it.
        await MandateAsync(network, await PersonAsync(network, "Shown", new { name = "node", roles = "node" }), "2024-01-01", null);
        await MandateAsync(network, await PersonAsync(network, "Hidden", null), "2024-01-01", "2099-01-01");
        await MandateAsync(network, await PersonAsync(network, "Over", new { name = "node", roles = "node" }), "2019-01-01", "2020-01-01");
        await MandateAsync(network, await PersonAsync(network, "Soon", null), "2099-01-01", null);

        var body = (await network.Reader.GetAsync($"/api/v1/nodes/{network.Node}/bodies", Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        Assert.Equal(("steering-committee", "2024-01-01", 2, 1), ((string?)body["code"], (string?)body["from"], (int)body["seated"]!, (int)body["past"]!));

        var one = (await network.Reader.GetAsync($"/api/v1/bodies/{body["id"]}", Ct)).Expect(200);
        await MandateAsync(network, await PersonAsync(network, "Came later", null), "2024-01-01", null);
        Assert.Equal(3, (int)(await network.Reader.GetAsync($"/api/v1/bodies/{body["id"]}", Ct, ("If-None-Match", one.ETag!))).Expect(200).Json["seated"]!);

        Assert.Equal(["Shown"], await SeatedAsync(network.Reader, body));
        Assert.Equal(["Came later", "Hidden", "Over", "Shown", "Soon"], await SeatedAsync(network.Steward, body));
        using var stranger = shared.App.As("body-stranger", "steward@insp1r.asia");
        (await stranger.GetAsync($"/api/v1/bodies/{body["id"]}/mandates", Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task G11_StewardOfTheBody_SeesAndEndsAMandate_WhereverThePersonsRecordIs()
    {
        var (home, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var person = await PersonAsync(home, "Delegate", null);
        var atRisk = await PersonAsync(home, "Endangered", null, atRisk: true);
        foreach (var who in (Guid[])[person, atRisk])
            (await shared.Steward.PostAsync($"/api/v1/persons/{who}/roles", new { kind = "mandate", title = "Member", from = "2024-01-01", node = other.Node, body = "audit" }, Ct)).Expect(201);
        var body = (await other.Reader.GetAsync($"/api/v1/nodes/{other.Node}/bodies", Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        (await other.Steward.GetAsync($"/api/v1/persons/{person}", Ct)).IsProblem(404, "not-found");

        // Who the other network is in danger for, it does not learn by name.
        var mandates = (await other.Steward.GetAsync($"/api/v1/bodies/{body["id"]}/mandates", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([("Delegate", home.Node), (null, home.Node)], mandates.Select(m => ((string?)m!["name"], (string?)m["personNode"])));
        Assert.Empty(await SeatedAsync(other.Contributor, body));
        Assert.Single(Exports.ExportTests.Rows((await other.Steward.GetAsync($"/api/v1/bodies/{body["id"]}/mandates?format=csv", Ct)).Expect(200).Text).Skip(1));

        var end = $"/api/v1/bodies/{body["id"]}/mandates/{mandates[0]!["id"]}/end";
        (await home.Steward.PostAsync(end, new { reason = "x" }, Ct)).IsProblem(404, "not-found");
        (await other.Contributor.PostAsync(end, new { reason = "x" }, Ct)).IsProblem(403, "forbidden");
        var ended = (await other.Steward.PostAsync(end, new { reason = "The term was cut short" }, Ct)).Expect(200).Json;
        (await other.Steward.PostAsync(end, new { reason = "Again" }, Ct)).IsProblem(409, "role-ended");
        (await other.Steward.PostAsync($"/api/v1/bodies/{body["id"]}/mandates/{Guid.NewGuid()}/end", new { reason = "x" }, Ct)).IsProblem(404, "not-found");

        Assert.Equal(Today, (string?)ended["to"]);
        var told = (await home.Steward.GetAsync($"/api/v1/audit/membership?subjectId={person}&type=membership.person-role-ended", Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        Assert.Equal((home.Node, $"steward-{other.Ns}", "The term was cut short"), ((string?)told["node"], (string?)told["actor"], (string?)told["after"]!["endReason"]));
        Assert.Equal((1, 1), await CountsAsync(other, body));
    }

    [Fact]
    public async Task G11_MandateInAnotherBody_IsNotEndedByThisOne()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var role = await MandateAsync(network, await PersonAsync(network, "Member", null), "2024-01-01", null);
        var other = (await network.Steward.PostAsync($"/api/v1/nodes/{network.Node}/bodies", new { code = "audit", from = "2020-01-01" }, Ct)).Expect(201).Id;

        (await network.Steward.PostAsync($"/api/v1/bodies/{other}/mandates/{role}/end", new { reason = "x" }, Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task G11_PersonErased_StaysAPastMandate_WithoutAName()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await PersonAsync(network, "Erased", null);
        await MandateAsync(network, person, "2024-01-01", null);
        var body = (await network.Reader.GetAsync($"/api/v1/nodes/{network.Node}/bodies", Ct)).Expect(200).Json["items"]!.AsArray().Single()!;

        (await network.Steward.PostAsync($"/api/v1/persons/{person}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(200, 204);

        Assert.Equal((0, 1), await CountsAsync(network, body));
        var mandate = (await network.Steward.GetAsync($"/api/v1/bodies/{body["id"]}/mandates", Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        Assert.Equal((null, null), ((string?)mandate["name"], (string?)mandate["title"]));
    }

    private static async Task<(int, int)> CountsAsync(Network network, JsonNode body)
    {
        var read = (await network.Reader.GetAsync($"/api/v1/bodies/{body["id"]}", Ct)).Expect(200).Json;
        return ((int)read["seated"]!, (int)read["past"]!);
    }

    private static async Task<string[]> SeatedAsync(Api api, JsonNode body) =>
        [.. (await api.GetAsync($"/api/v1/bodies/{body["id"]}/mandates", Ct)).Expect(200).Json["items"]!.AsArray().Select(m => (string?)m!["name"] ?? "?").Order(StringComparer.Ordinal)];

    private static async Task<Guid> PersonAsync(Network network, string name, object? levels, bool atRisk = false) =>
        (await network.Steward.PostAsync("/api/v1/persons", new { node = network.Node, name, language = "fr", atRisk, levels = levels ?? new { } }, Ct)).Expect(201).Id;

    private static async Task<Guid> MandateAsync(Network network, Guid person, string from, string? to) => (await network.Steward.PostAsync(
        $"/api/v1/persons/{person}/roles", new { kind = "mandate", title = "Member", from, to, node = network.Node, body = "steering-committee" }, Ct)).Expect(201).Id;
}
