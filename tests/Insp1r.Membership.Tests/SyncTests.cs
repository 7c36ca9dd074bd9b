using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.Contracts.Membership;
using Insp1r.ServiceDefaults.Http;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests;

public sealed class SyncTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S4_Validate_GivesTheResultsOfCommitAndWritesNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("same"), network.Item("changed"), network.Item("newer")], Ct);
        await network.PushAsync([network.Item("newer", ("name", "Newer"))], Ct);
        await other.PushAsync([other.Item("theirs")], Ct);
        JsonObject[] items =
        [
            network.Item("same"), network.Item("changed", ("acronym", "NEW")), network.Item("new"), network.Item("new"), network.Item("bad", ("country", "XX")),
            network.Item("newer", ("name", "Old base"), ("baseVersion", 1)), network.Item("elsewhere", ("node", other.Node)),
            network.Item("stolen", ("externalId", $"{other.Ns}:theirs")), network.Item("future", ("externalId", $"{network.Ns}:same"), ("baseVersion", 9)),
        ];
        var before = await shared.StateOfAsync(network.Node, Ct);
        var logged = await shared.LogRowsAsync(network.Node, Ct);

        var validated = (await network.PushAsync(items, Ct, "?mode=validate")).Expect(200);
        Assert.Equal(before, await shared.StateOfAsync(network.Node, Ct));
        Assert.Equal(logged, await shared.LogRowsAsync(network.Node, Ct));
        Assert.Empty((await network.Contributor.GetAsync("/api/v1/sync/conflicts", Ct)).Json["items"]!.AsArray());
        var committed = (await network.PushAsync(items, Ct, "?mode=commit")).Expect(200);

        Assert.Equal(["unchanged", "updated", "created", "rejected", "rejected", "conflict", "rejected", "rejected", "rejected"], committed.Results());
        Assert.Equal(committed.Results(), validated.Results());
        Assert.Equal(committed.Summary(), validated.Summary());
        Assert.Equal("1 created, 1 updated, 1 unchanged, 1 conflict, 5 rejected", committed.Summary());
        Assert.Equal(
            ["/externalId repeated", "/country unknown-country", "/node outside-your-nodes", "/externalId external-id-taken", "/externalId repeated"],
            committed.Json["results"]!.AsArray().SelectMany(result => result!.Faults()));
    }

    [Fact]
    public async Task S4_PushedAgain_AllUnchangedWithoutVersionOrEvent()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var items = Enumerable.Range(1, 500).Select(i => network.Item($"{i}")).ToList();

        Assert.Equal("500 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", (await network.PushAsync(items, Ct)).Expect(200).Summary());
        var (state, logged) = (await shared.StateOfAsync(network.Node, Ct), await shared.LogRowsAsync(network.Node, Ct));
        var again = (await network.PushAsync(items, Ct)).Expect(200);

        Assert.Equal("0 created, 0 updated, 500 unchanged, 0 conflict, 0 rejected", again.Summary());
        Assert.All(again.Json["results"]!.AsArray(), result => Assert.Equal(1, (int)result!["version"]!));
        Assert.Equal(state, await shared.StateOfAsync(network.Node, Ct));
        Assert.Equal(logged, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Theory]
    [InlineData("name", "\"Other\"")]
    [InlineData("names", """{"en": "Other"}""")]
    [InlineData("names", null)]
    [InlineData("acronym", null)]
    [InlineData("country", "\"BI\"")]
    [InlineData("types", """["ngo"]""")]
    [InlineData("website", null)]
    public async Task S4_EachMember_MakesAChange(string member, string? value)
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1"), network.Item("2")], Ct);

        var answer = (await network.PushAsync([network.Item("1", (member, value is null ? null : JsonNode.Parse(value))), network.Item("2")], Ct)).Expect(200);

        Assert.Equal(["updated", "unchanged"], answer.Results());
        var record = (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/1", Ct)).Expect(200);
        Assert.Equal(2, record.Version);
        Assert.Equal(value is null ? (member is "names" ? "{}" : "null") : JsonNode.Parse(value)!.ToJsonString(), record.Json[member]?.ToJsonString() ?? "null");
    }

    [Fact]
    public async Task S4_LogPayload_IsByteForByteTheContractsJson()
    {
        var network = await shared.NewNetworkAsync(Ct);
        const string Awkward = "Quote \" backslash \\ tab \t émue 中文 \u2028 <b>&'+ \U0001F30D \u00ad";
        await network.PushAsync([network.Item("1"), network.Item("2", ("name", Awkward), ("names", null), ("acronym", null), ("website", null))], Ct);
        await network.PushAsync([network.Item("1", ("name", Awkward), ("names", new JsonObject { ["es"] = Awkward, ["en"] = "E", ["fr"] = "F" }))], Ct);
        // What a sync updates may have several ids, and a status of its own.
        var second = (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/2", Ct)).Expect(200);
        await network.Contributor.PatchAsync($"/api/v1/organisations/{second.Id}", new { externalIds = new[] { $"{network.Ns}:2", $"{network.Ns}:a/b" } }, Ct, ("If-Match", "\"1\""));
        await network.Steward.PostAsync($"/api/v1/organisations/{second.Id}/affiliations/{network.Node}/moves", new { to = "suspended", reason = "r", decidedBy = "b", decidedOn = "2026-03-01" }, Ct);
        await network.PushAsync([network.Item("2", ("name", "After"))], Ct);

        var events = await EventsAsync(network.Node);

        Assert.Equal(6, events.Count);
        foreach (var (type, payload) in events)
        {
            var happened = JsonSerializer.Deserialize(payload, Insp1r.Contracts.EventTypes.Find(type)!, JsonDefaults.Options)!;
            Assert.Equal(JsonSerializer.Serialize(happened, happened.GetType(), JsonDefaults.Options), payload);
        }

        // And the last event of each record is what the record now is.
        foreach (var record in (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Json["items"]!.AsArray())
        {
            var last = events.Select(e => JsonNode.Parse(e.Payload)!["state"]!.AsObject()).Where(state => (string?)state["id"] == (string?)record!["id"]).MaxBy(state => (int)state["version"]!)!;
            var now = record!.AsObject();
            now.Remove("createdAt");
            now.Remove("updatedAt");
            Assert.True(JsonNode.DeepEquals(now, last), $"{now} {last}");
        }
    }

    [Fact]
    public async Task S4_BadItems_AreRejectedByThemselvesWithPointerAndReason()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (string Line, string Fault)[] bad =
        [
            ("{not json", "bad-json"),
            ("[1]", "wrong-type"),
            ("null", "wrong-type"),
            ("{} {}", "bad-json"),
            (network.Item("a", ("secret", 1)).ToJsonString(), "/secret unknown-member"),
            (network.Item("b", ("type", "person")).ToJsonString(), "/type unknown-item-type"),
            (network.Item("c", ("type", null)).ToJsonString(), "/type required"),
            (network.Item("d", ("externalId", "nocolon")).ToJsonString(), "/externalId bad-external-id"),
            (network.Item("e", ("externalId", null)).ToJsonString(), "/externalId bad-external-id"),
            (network.Item("f", ("externalId", 7)).ToJsonString(), "/externalId wrong-type"),
            (network.Item("g", ("node", "insp1r.Africa")).ToJsonString(), "/node bad-path"),
            (network.Item("h", ("node", null)).ToJsonString(), "/node bad-path"),
            (network.Item("i", ("name", null)).ToJsonString(), "/name required"),
            (network.Item("j", ("name", new string('x', 301))).ToJsonString(), "/name too-long"),
            (network.Item("k", ("names", new JsonObject { ["nl"] = "x" })).ToJsonString(), "/names/nl unknown-language"),
            (network.Item("l", ("names", "x")).ToJsonString(), "/names wrong-type"),
            (network.Item("m", ("country", "ZZ")).ToJsonString(), "/country unknown-country"),
            (network.Item("n", ("types", new JsonArray("bank", 3))).ToJsonString(), "/types/0 unknown-type, /types/1 unknown-type"),
            (network.Item("o", ("types", null)).ToJsonString(), "/types required"),
            (network.Item("p", ("types", new JsonArray())).ToJsonString(), "/types required"),
            (network.Item("q", ("website", "ftp://x")).ToJsonString(), "/website bad-address"),
            (network.Item("r", ("baseVersion", 0)).ToJsonString(), "/baseVersion wrong-type"),
            (network.Item("s", ("baseVersion", "1")).ToJsonString(), "/baseVersion wrong-type"),
            (network.Item("t").ToJsonString().Replace("\"name\"", "\"type\":\"organisation\",\"name\"", StringComparison.Ordinal), "/type repeated"),
            (network.Item("u", ("name", "zero \0")).ToJsonString(), "/name bad-character"),
            (network.Item("v", ("name", "half")).ToJsonString().Replace("half", "\\ud800", StringComparison.Ordinal), "/name bad-character"),
            (network.Item("w", ("names", new JsonObject { ["fr"] = null })).ToJsonString(), "/names/fr required"),
            ("{\"a\":" + new string('[', 30) + new string(']', 30) + "}", "/a unknown-member, bad-json"),
            (network.Item("x", ("name", new string('y', 70_000))).ToJsonString(), "too-long"),
        ];
        var lines = bad.SelectMany((item, i) => (string[])[network.Item($"good-{i}").ToJsonString(), item.Line]).ToList();

        var answer = (await network.StreamAsync(lines, Ct)).Expect(200);

        var results = answer.Lines;
        Assert.Equal($"{bad.Length} created, 0 updated, 0 unchanged, 0 conflict, {bad.Length} rejected", results[^1].Summary());
        for (var i = 0; i < bad.Length; i++)
        {
            Assert.Equal("created", (string?)results[2 * i]["result"]);
            Assert.Equal("rejected", (string?)results[(2 * i) + 1]["result"]);
            Assert.Equal((2 * i) + 2, (int)results[(2 * i) + 1]["line"]!);
            Assert.Equal(bad[i].Fault, string.Join(", ", results[(2 * i) + 1].Faults()));
        }

        Assert.Equal(bad.Length + 1, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"items":5}""", 400)]
    [InlineData("""{"items":[],"more":1}""", 400)]
    [InlineData("""{"items":[],"items":[]}""", 400)]
    [InlineData("""{"items":[]} x""", 400)]
    [InlineData("""{"items":[]}""", 200)]
    public async Task S4_JsonFrame_IsChecked(string body, int status)
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = await network.Contributor.PostAsync("/api/v1/sync/batches", body, Ct);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 400, answer.Problem is not null);
    }

    [Fact]
    public async Task S4_JsonOver500_Is422AndWritesNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);

        (await network.PushAsync(Enumerable.Range(1, 501).Select(i => network.Item($"{i}")), Ct)).IsProblem(422, "too-many-items");

        Assert.Equal("", await shared.StateOfAsync(network.Node, Ct));
    }

    [Theory]
    [InlineData("?mode=try", "application/json", 400)]
    [InlineData("?atomic=true", "application/x-ndjson", 400)]
    [InlineData("", "text/csv", 415)]
    public async Task S4_BadRequest_IsRefused(string query, string contentType, int status)
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = await network.Contributor.SendAsync(
            HttpMethod.Post, $"/api/v1/sync/batches{query}", new StringContent(network.Item("1").ToJsonString(), new System.Net.Http.Headers.MediaTypeHeaderValue(contentType)), Ct);

        Assert.Equal(status, answer.Status);
        Assert.NotNull(answer.Problem);
        Assert.Equal("", await shared.StateOfAsync(network.Node, Ct));
    }

    [Fact]
    public async Task S4_Atomic_AllOrNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);

        var refused = (await network.PushAsync([network.Item("1"), network.Item("2", ("country", "XX"))], Ct, "?atomic=true")).IsProblem(422, "batch-refused");
        Assert.Null(refused.Json["results"]![0]!["id"]);
        Assert.Empty((await network.Reader.GetAsync("/api/v1/sync/status", Ct)).Expect(200).Json["items"]!.AsArray());
        Assert.Equal(["created", "rejected"], refused.Results());
        Assert.Equal("", await shared.StateOfAsync(network.Node, Ct));
        Assert.Equal(1, await shared.LogRowsAsync(network.Node, Ct)); // The node's own.
        var taken = (await network.PushAsync([network.Item("1"), network.Item("2")], Ct, "?atomic=true")).Expect(200);

        Assert.Equal(["created", "created"], taken.Results());
    }

    [Fact]
    public async Task S4_SuspendedOrganisation_KeepsItsStatus()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = Guid.Parse((string)(await network.PushAsync([network.Item("1")], Ct)).Json["results"]![0]!["id"]!);
        await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", new { to = "suspended", reason = "r", decidedBy = "b", decidedOn = "2026-03-01" }, Ct);

        Assert.Equal(["unchanged"], (await network.PushAsync([network.Item("1")], Ct)).Results());
        Assert.Equal(["updated"], (await network.PushAsync([network.Item("1", ("name", "Renamed"))], Ct)).Results());

        var record = (await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Expect(200).Json;
        Assert.Equal(("Renamed", "suspended", 3), ((string?)record["name"], (string?)record["status"], (int)record["version"]!));
    }

    [Fact]
    public async Task M9_OneRecordUnderTwoIds_IsTakenOnceInABatch()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.RegisterAsync("Two ids", Ct, [$"{network.Ns}:a", $"{network.Ns}:b"]);
        await network.PushAsync([network.Item("a")], Ct);

        Assert.Equal(["updated", "rejected"], (await network.PushAsync([network.Item("a", ("name", "A")), network.Item("b", ("name", "B"))], Ct)).Results());
        // Both in conflict: the second must not spoil the first.
        JsonObject[] conflicting = [network.Item("a", ("name", "C"), ("baseVersion", 1)), network.Item("b", ("name", "D"), ("baseVersion", 1))];
        Assert.Equal(["conflict", "rejected"], (await network.PushAsync(conflicting, Ct)).Results());
        // In two chunks of one stream, too.
        var lines = Enumerable.Range(0, 499).Select(i => network.Item($"fill-{i}")).Prepend(network.Item("a", ("name", "E"))).Append(network.Item("b", ("name", "F"))).Select(item => item.ToJsonString());
        var stream = (await network.StreamAsync(lines, Ct)).Expect(200);

        Assert.Equal("499 created, 1 updated, 0 unchanged, 0 conflict, 1 rejected", stream.Lines[^1].Summary());
        Assert.Equal("E", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/b", Ct)).Json["name"]);
    }

    [Fact]
    public async Task S7_OldBaseWithOtherContent_BecomesAConflictThatIsResolved()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1"), network.Item("2")], Ct);
        await network.PushAsync([network.Item("1", ("name", "Ours")), network.Item("2", ("name", "Ours"))], Ct);
        var logged = await shared.LogRowsAsync(network.Node, Ct);

        // An old base with the content of now is no conflict.
        Assert.Equal(["unchanged"], (await network.PushAsync([network.Item("1", ("name", "Ours"), ("baseVersion", 1))], Ct)).Results());
        for (var round = 0; round < 2; round++)
            Assert.Equal(["conflict", "conflict"], (await network.PushAsync([network.Item("1", ("name", "Theirs"), ("baseVersion", 1)), network.Item("2", ("name", "Theirs"), ("baseVersion", 1))], Ct)).Results());
        Assert.Equal(logged, await shared.LogRowsAsync(network.Node, Ct));

        var open = (await network.Contributor.GetAsync("/api/v1/sync/conflicts", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(2, open.Count);
        Assert.All(open, conflict => Assert.Equal(("Theirs", "Ours", 1, 2), (
            (string?)conflict!["theirs"]!["name"], (string?)conflict["ours"]!["name"], (int)conflict["baseVersion"]!, (int)conflict["currentVersion"]!)));
        var (first, second) = ((string)open[0]!["id"]!, (string)open[1]!["id"]!);

        (await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{first}/resolution", new { take = "mine" }, Ct)).IsProblem(422, "invalid");
        Assert.Equal("theirs", (string?)(await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{first}/resolution", new { take = "theirs" }, Ct)).Expect(200).Json["taken"]);
        Assert.Equal("ours", (string?)(await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{second}/resolution", new { take = "ours" }, Ct)).Expect(200).Json["taken"]);
        (await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{first}/resolution", new { take = "ours" }, Ct)).IsProblem(409, "conflict-closed");

        Assert.Equal(["Theirs", "Ours"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names().OrderDescending());
        Assert.Equal(logged + 1, await shared.LogRowsAsync(network.Node, Ct));
        Assert.Empty((await network.Contributor.GetAsync("/api/v1/sync/conflicts", Ct)).Json["items"]!.AsArray());
        Assert.Equal(2, (await network.Contributor.GetAsync("/api/v1/sync/conflicts?state=resolved", Ct)).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task S7_RecordChangedSinceTheConflict_TheirsIsRefused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1")], Ct);
        await network.PushAsync([network.Item("1", ("name", "Ours"))], Ct);
        await network.PushAsync([network.Item("1", ("name", "Theirs"), ("baseVersion", 1))], Ct);
        var conflict = (string)(await network.Contributor.GetAsync("/api/v1/sync/conflicts", Ct)).Json["items"]![0]!["id"]!;
        await network.PushAsync([network.Item("1", ("name", "Newer"))], Ct);

        (await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{conflict}/resolution", new { take = "theirs" }, Ct)).IsProblem(409, "conflict-outdated");
        (await network.Contributor.PostAsync($"/api/v1/sync/conflicts/{conflict}/resolution", new { take = "ours" }, Ct)).Expect(200);

        Assert.Equal(["Newer"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names());
    }

    [Fact]
    public async Task S4_ConcurrentBatchesOfTheSameRows_EachRowOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var lines = Enumerable.Range(0, 1_500).Select(i => network.Item($"{i}").ToJsonString()).ToList();
        var reversed = Enumerable.Reverse(lines).ToList();

        var answers = await Task.WhenAll(network.StreamAsync(lines, Ct), network.StreamAsync(reversed, Ct), network.StreamAsync(lines, Ct));

        var summaries = answers.Select(answer => answer.Expect(200).Lines[^1]["summary"]!).ToList();
        Assert.Equal(1_500, summaries.Sum(summary => (int)summary["created"]!));
        Assert.Equal(3_000, summaries.Sum(summary => (int)summary["unchanged"]!));
        Assert.Equal(1_500 + 1, await shared.LogRowsAsync(network.Node, Ct));
        Assert.Equal(1_500, await shared.ScalarAsync<long>("select count(*) from external_id where namespace = $1", Ct, network.Ns));
    }

    [Fact]
    public async Task S4_RecordChangedWhileTheChunkWaits_IsMergedAnew()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1"), network.Item("2")], Ct);

        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using (var change = new NpgsqlCommand("update member_organisation set version = version + 1, website = null where node = $1 and name = 'Organisation 1'", connection, transaction))
        {
            change.Parameters.AddWithValue(network.Node);
            Assert.Equal(1, await change.ExecuteNonQueryAsync(Ct));
        }

        var push = network.PushAsync([network.Item("1", ("acronym", "NEW")), network.Item("2", ("acronym", "NEW"))], Ct);
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", Ct, connection.ProcessID) > 0,
            "the chunk waits for the record", Ct);
        await transaction.CommitAsync(Ct);

        var results = (await push).Expect(200).Json["results"]!.AsArray();
        Assert.Equal([3, 2], results.Select(result => (int)result!["version"]!));
        Assert.Equal(2L, await shared.ScalarAsync<long>("select count(*) from change_log where node = $1 and type like '%updated%'", Ct, network.Node));
    }

    [Fact]
    public async Task S4_Status_ShowsTheLastBatch()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1"), network.Item("2"), network.Item("3", ("country", "XX"))], Ct);
        await other.PushAsync([other.Item("1")], Ct);

        var status = Assert.Single((await network.Reader.GetAsync("/api/v1/sync/status", Ct)).Expect(200).Json["items"]!.AsArray())!;

        Assert.Equal(network.Node, (string?)status["node"]);
        Assert.Equal($"contributor-{network.Ns}", (string?)status["clientId"]);
        Assert.Equal((2, 1, 0L), ((int)status["created"]!, (int)status["rejected"]!, (long)status["openConflicts"]!));
    }

    [Theory]
    [InlineData("RWA", "RW")]
    [InlineData("646", "RW")]
    [InlineData("50", "BD")]
    [InlineData("na", "NA")]
    public async Task S11_CountryCodes_AreMappedInASync(string sent, string kept)
    {
        var network = await shared.NewNetworkAsync(Ct);

        await network.PushAsync([network.Item("text", ("country", sent))], Ct);
        if (int.TryParse(sent, out var number))
            await network.PushAsync([network.Item("number", ("country", number))], Ct);

        Assert.All((await network.Reader.GetAsync("/api/v1/organisations", Ct)).Json["items"]!.AsArray(), record => Assert.Equal(kept, (string?)record!["country"]));
    }

    private async Task<List<(string Type, string Payload)>> EventsAsync(string node)
    {
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand("select type, payload::text from change_log where node = $1 and subject = 'organisation' order by tx_id, seq", connection);
        command.Parameters.AddWithValue(node);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var events = new List<(string, string)>();
        while (await reader.ReadAsync(Ct))
            events.Add((reader.GetString(0), reader.GetString(1)));
        return events;
    }
}
