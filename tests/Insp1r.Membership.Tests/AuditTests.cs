using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests;

/// <summary>What the audit trail tells of a change, and whom.</summary>
public sealed class AuditTests(Shared shared)
{
    private static readonly (string, string) From = ("X-Forwarded-For", "203.0.113.7");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G7_ChangeOfARecord_TellsBeforeAfterWhoWhyWhenAndFromWhere()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var registered = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Before"), Ct, From)).Expect(201);
        (await network.Steward.PatchAsync(
            $"/api/v1/organisations/{registered.Id}", new { name = "After" }, Ct, ("If-Match", registered.ETag!), From,
            ("Change-Reason", Uri.EscapeDataString("Fusionnée à l'assemblée générale")))).Expect(200);

        var entries = await EntriesAsync(network.Steward, $"?subjectId={registered.Id}");

        Assert.Equal(["membership.organisation-updated.v1", "membership.organisation-registered.v1"], entries.Select(entry => (string)entry["type"]!));
        var (change, first) = (entries[0], entries[1]);
        Assert.Equal($"steward-{network.Ns} api 203.0.113.7 Fusionnée à l'assemblée générale", $"{change["actor"]} {change["origin"]} {change["reason"]}");
        Assert.Equal("Before -> After", $"{change["before"]!["name"]} -> {change["after"]!["name"]}");
        Assert.Equal($"organisation 2 {network.Node}", $"{change["subject"]} {change["version"]} {change["node"]}");
        Assert.InRange((DateTimeOffset)change["at"]!, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Null(first["before"]);
        Assert.Null(first["reason"]);
        Assert.Null(first["app"]);
        Assert.Equal($"contributor-{network.Ns}", (string?)first["actor"]);
    }

    [Fact]
    public async Task G7_Decision_TellsItsOwnReason()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var registered = (await network.RegisterAsync("Suspended", Ct)).Expect(201);
        (await network.Steward.PostAsync(
            $"/api/v1/organisations/{registered.Id}/affiliations/{network.Node}/moves", new { to = "suspended", reason = "Fees unpaid for two years", decidedBy = "Assembly", decidedOn = "2026-01-02" }, Ct)).Expect(200);

        var decision = (await EntriesAsync(network.Steward, $"?subjectId={registered.Id}"))[0];

        Assert.Equal("Fees unpaid for two years", (string?)decision["reason"]);
        Assert.Equal("active -> suspended", $"{decision["before"]!["status"]} -> {decision["after"]!["status"]}");
    }

    [Fact]
    public async Task G7_SyncedRecords_TellTheBatchAndConflictsAreTold()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("a"), network.Item("b", ("name", "First"))], Ct);
        await network.PushAsync([network.Item("b")], Ct);
        Assert.Equal("0 created, 1 updated, 0 unchanged, 1 conflict, 0 rejected", (await network.PushAsync(
            [network.Item("a", ("name", "Newer")), network.Item("b", ("name", "Disputed"), ("baseVersion", 1))], Ct, "", From, ("Change-Reason", "Yearly import"))).Summary());
        var conflict = (await network.Contributor.GetAsync("/api/v1/sync/conflicts", Ct)).Expect(200).Json["items"]![0]!;
        (await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{conflict["id"]}/resolution", new { take = "ours" }, Ct)).Expect(200);

        var entries = await EntriesAsync(network.Steward, "");

        Assert.Equal(
            ["membership.conflict-resolved", "membership.conflict-opened", "membership.organisation-updated.v1", "membership.organisation-updated.v1", "membership.organisation-registered.v1", "membership.organisation-registered.v1"],
            entries.Select(entry => (string)entry["type"]!).Where(type => type != "membership.node-added.v1").OrderByDescending(Rank));
        var updated = entries.Single(entry => (string)entry["after"]!.AsObject()["name"]! == "Newer");
        Assert.Matches("^sync [0-9a-f-]{36} 203.0.113.7$", (string)updated["origin"]!);
        Assert.Equal($"contributor-{network.Ns} Yearly import Organisation a -> Newer", $"{updated["actor"]} {updated["reason"]} {updated["before"]!["name"]} -> {updated["after"]!["name"]}");
        var opened = entries.Single(entry => (string)entry["type"]! == "membership.conflict-opened");
        Assert.Equal((updated["origin"]!.ToString(), "Disputed", conflict["id"]!.ToString()), (opened["origin"]!.ToString(), opened["after"]!["theirs"]!["name"]!.ToString(), opened["subjectId"]!.ToString()));
        var resolved = entries.Single(entry => (string)entry["type"]! == "membership.conflict-resolved");
        Assert.Null(resolved["before"]!["taken"]);
        Assert.Equal("ours", (string?)resolved["after"]!["taken"]);

        static int Rank(string type) => type.Contains("resolved", StringComparison.Ordinal) ? 4 : type.Contains("opened", StringComparison.Ordinal) ? 3 : type.Contains("updated", StringComparison.Ordinal) ? 2 : 1;
    }

    [Fact]
    public async Task G7_ClientsLife_IsToldWithoutItsSecrets_AndOutsideTheFeed()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var clientId = $"audited-{network.Ns}";
        var added = (await network.Steward.PostAsync("/api/v1/clients", new { clientId, description = "One", grants = new[] { $"reader@{network.Node}" }, scopes = new[] { "read" } }, Ct, From)).Expect(201);
        (await network.Steward.PatchAsync($"/api/v1/clients/{clientId}", new { grants = new[] { $"contributor@{network.Node}" } }, Ct, ("If-Match", "\"1\""), ("Change-Reason", "They sync now"))).Expect(200);
        var rotated = (await network.Steward.PostAsync($"/api/v1/clients/{clientId}/secret", new { graceHours = 1 }, Ct)).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/clients/{clientId}/revocation", null, Ct)).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/clients/{clientId}/revocation", null, Ct)).Expect(200);

        var answer = (await network.Steward.GetAsync("/api/v1/audit/membership?subject=client", Ct)).Expect(200);
        var entries = answer.Json["items"]!.AsArray();

        Assert.Equal(
            ["membership.client-revoked", "membership.client-secret-rotated", "membership.client-changed", "membership.client-added"], entries.Select(entry => (string)entry!["type"]!));
        Assert.Equal($"reader@{network.Node} -> contributor@{network.Node}: They sync now", $"{entries[2]!["before"]!["grants"]![0]} -> {entries[2]!["after"]!["grants"]![0]}: {entries[2]!["reason"]}");
        Assert.Equal("api 203.0.113.7", (string?)entries[3]!["origin"]);
        Assert.NotNull(entries[0]!["after"]!["revokedAt"]);
        var id = (string)(await network.Steward.GetAsync($"/api/v1/clients/{clientId}", Ct)).Expect(200).Json["id"]!;
        Assert.All(entries, entry => Assert.Equal(id, (string?)entry!["subjectId"]));
        foreach (var secret in (string[])[(string)added.Json["secret"]!, (string)rotated.Json["secret"]!])
            Assert.DoesNotContain(secret, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(clientId, (await network.Reader.GetAsync("/api/v1/changes/membership", Ct)).Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task G7_OtherNodesStewards_SeeNothing()
    {
        var (network, neighbour) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var registered = (await network.RegisterAsync("Mine", Ct)).Expect(201);

        Assert.Empty(await EntriesAsync(neighbour.Steward, $"?subjectId={registered.Id}"));
        Assert.All(await EntriesAsync(neighbour.Steward, ""), entry => Assert.Equal(neighbour.Node, (string?)entry["node"]));
        (await neighbour.Steward.GetAsync($"/api/v1/audit/membership?node={network.Node}", Ct)).IsProblem(403, "outside-your-nodes");
        (await neighbour.Steward.GetAsync($"/api/v1/audit/membership/export?node={network.Node}", Ct)).IsProblem(403, "outside-your-nodes");
        (await network.Contributor.GetAsync("/api/v1/audit/membership", Ct)).IsProblem(403, "forbidden");
        (await network.Steward.GetAsync("/api/v1/audit/membership/verification", Ct)).IsProblem(403, "outside-your-nodes");
        Assert.Single(await EntriesAsync(shared.App.As("continental", "steward@insp1r.africa"), $"?subjectId={registered.Id}"));
    }

    [Fact]
    public async Task G7_Service_SealsByItself()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var registered = (await network.RegisterAsync("To be sealed", Ct)).Expect(201);

        await Until.TrueAsync(async () => (await EntriesAsync(network.Steward, $"?subjectId={registered.Id}"))[0]["sealed"] is not null, "the entry is sealed", Ct);
    }

    [Fact]
    public async Task G7_NodeWhoseNameBeginsAlike_IsNotBelow()
    {
        foreach (var path in (string[])["insp1r.alike", "insp1r.alike-x", "insp1r.alikex"])
            await shared.AddNodeAsync(path, "continental", null, Ct);
        await shared.AddNodeAsync("insp1r.alike.a", "national", "RW", Ct);
        await shared.AddNodeAsync("insp1r.alike.b", "national", "RW", Ct);

        var nodes = (await EntriesAsync(shared.App.As("alike", "steward@insp1r.alike", "reader@insp1r"), "")).Select(entry => (string)entry["node"]!);

        Assert.Equal(["insp1r.alike.b", "insp1r.alike.a", "insp1r.alike"], nodes);
    }

    [Theory]
    [InlineData("", 13)]
    [InlineData("&type=membership.organisation-registered.v1", 12)]
    [InlineData("&subject=organisation&actor=ACTOR", 12)]
    [InlineData("&actor=nobody", 0)]
    [InlineData("&from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z", 0)]
    [InlineData("&from=2020-01-01T00:00:00Z", 13)]
    public async Task G7_ListByPages_IsTheExportBackwards(string query, int expected)
    {
        var network = await shared.NewNetworkAsync(Ct);
        for (var i = 0; i < 12; i++)
            (await network.RegisterAsync($"Number {i}", Ct)).Expect(201);
        query = query.Replace("ACTOR", $"contributor-{network.Ns}", StringComparison.Ordinal);

        foreach (var (reader, node) in (IEnumerable<(Api, string)>)[(network.Steward, ""), (shared.Steward, $"&node={network.Node}")])
        {
            var listed = new List<string>();
            string? next = null;
            do
            {
                var page = (await reader.GetAsync($"/api/v1/audit/membership?limit=5{query}{node}{(next is null ? "" : "&after=" + next)}", Ct)).Expect(200).Json;
                listed.AddRange(page["items"]!.AsArray().Select(Unsealed));
                next = (string?)page["next"];
            }
            while (next is not null);

            var export = (await reader.GetAsync($"/api/v1/audit/membership/export?{query}{node}", Ct)).Expect(200);
            Assert.StartsWith("application/x-ndjson", export.ContentType, StringComparison.Ordinal);
            Assert.Equal(expected, listed.Count);
            Assert.Equal(export.Lines.Select(Unsealed), listed.AsEnumerable().Reverse());
        }

        // It may be sealed in between.
        static string Unsealed(JsonNode? entry)
        {
            entry!.AsObject().Remove("sealed");
            return entry.ToJsonString();
        }
    }

    [Fact]
    public async Task G7_ExportAsCsv_QuotesAndDisarms()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var registered = (await network.RegisterAsync("Quoted, \"twice\"", Ct)).Expect(201);
        (await network.Contributor.PatchAsync($"/api/v1/organisations/{registered.Id}", new { name = "Other" }, Ct, ("If-Match", registered.ETag!), ("Change-Reason", "=1+1"))).Expect(200);

        var csv = (await network.Steward.GetAsync($"/api/v1/audit/membership/export?subjectId={registered.Id}", Ct, ("Accept", "text/csv"))).Expect(200);

        var lines = csv.Text.Split("\r\n");
        Assert.StartsWith("text/csv", csv.ContentType, StringComparison.Ordinal);
        Assert.Equal("\uFEFFid,at,actor,app,origin,reason,type,subject,subjectId,version,node,before,after,erasedAt,sealed", lines[0]);
        Assert.Equal(4, lines.Length);
        Assert.Contains("\"\"name\"\":\"\"Quoted, \\\"\"twice\\\"\"\"\"", lines[1], StringComparison.Ordinal);
        Assert.Contains(",'=1+1,membership.organisation-updated.v1,", lines[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%00")]
    [InlineData("two%0Alines")]
    [InlineData("LONG")]
    public async Task G7_BadReason_IsRefusedAndChangesNothing(string reason)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var rows = await shared.LogRowsAsync(network.Node, Ct);

        var answer = await network.Contributor.PostAsync(
            "/api/v1/organisations", network.Organisation("Refused"), Ct, ("Change-Reason", reason.Replace("LONG", new string('x', 501), StringComparison.Ordinal)));

        answer.IsProblem(400, "bad-change-reason");
        Assert.Equal(rows, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Theory]
    [InlineData("?limit=0", "bad-query")]
    [InlineData("?after=x", "bad-cursor")]
    [InlineData("?node=Nowhere", "bad-query")]
    [InlineData("?type=%00", "bad-query")]
    [InlineData("?actor=", "bad-query")]
    [InlineData("/export?format=xml", "bad-query")]
    [InlineData("/verification?after=-1", "bad-query")]
    public async Task G7_BadQuery_IsRefused(string query, string problem) =>
        (await shared.Steward.GetAsync($"/api/v1/audit/membership{query}", Ct)).IsProblem(400, problem);

    private static async Task<JsonNode[]> EntriesAsync(Api api, string query) =>
        [.. (await api.GetAsync($"/api/v1/audit/membership{query}", Ct)).Expect(200).Json["items"]!.AsArray().Select(entry => entry!)];
}
