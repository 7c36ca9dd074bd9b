using System.Text.Json.Nodes;
using Insp1r.Contracts.Membership;
using Insp1r.Testing.Stack;
using Npgsql;

using static Insp1r.Communications.Tests.Launches;

namespace Insp1r.Communications.Tests;

/// <summary>Speakers can be corrected and taken out, and are named to nobody while they are at risk.</summary>
public sealed class SpeakerTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G1_ChangeEvent_ChangesWhatIsGiven_AndTheRestStays()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Misspelt", person), ("Stays", null)), Ct)).Expect(201);
        var untouched = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Untouched", null)), Ct)).Expect(201);

        var corrected = (await ChangeAsync(contributor, recorded, new
        {
            endsOn = "2022-02-04",
            place = "Kigali",
            participants = (int?)null,
            speakers = Speakers(("Spelt", person), ("Stays", null)),
        })).Expect(200);
        var removed = (await ChangeAsync(contributor, corrected, new { endsOn = (string?)null, speakers = (object?)null })).Expect(200);

        var expected = recorded.Json.DeepClone().AsObject();
        (expected["version"], expected["endsOn"], expected["place"], expected["participants"]) = (2, "2022-02-04", "Kigali", null);
        (expected["speakers"]![0]!["name"], expected["speakers"]![0]!["organisation"]) = ("Spelt", "Cooperative of Spelt");
        Assert.True(JsonNode.DeepEquals(expected, corrected.Json), corrected.Text);
        (expected["version"], expected["endsOn"], expected["speakers"]) = (3, "2022-02-03", new JsonArray());
        Assert.True(JsonNode.DeepEquals(expected, removed.Json), removed.Text);
        Assert.Equal(removed.Text, (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200).Text);
        Assert.Equal(untouched.Text, (await contributor.GetAsync($"/api/v1/events/{untouched.Id}", Ct)).Text);
        Assert.Equal(removed.Version, (await ChangeAsync(contributor, removed, new { place = "Kigali", speakers = Array.Empty<object>() })).Expect(200).Version);
    }

    [Fact]
    public async Task G1_ChangeEvent_TellsSpeakersInErasableRowsOnly()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Trail Wrong", person)), Ct)).Expect(201);

        var renamed = (await ChangeAsync(contributor, recorded, new { speakers = Speakers(("Trail Right", person)) }, ("Change-Reason", "Trail Right asked for it"))).Expect(200);
        (await ChangeAsync(contributor, renamed, new { title = new { en = "Launch online" } }, ("Change-Reason", "Clearer"))).Expect(200);

        var feed = (await contributor.GetAsync("/api/v1/changes/communications", Ct)).Expect(200);
        Assert.Equal(["1 recorded", "2 changed", "3 changed"], feed.Json["items"]!.AsArray().Select(item => $"{item!["version"]} {((string)item["type"]!).Split('-', '.')[2]}"));
        Assert.DoesNotContain("Trail", feed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{person}", feed.Text, StringComparison.Ordinal);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from change_log c where salt is null and node = $1 and (c::text like '%Trail%' or c::text like '%' || $2 || '%')", Ct, node, $"{person}"));
        var trail = (await TrailAsync(node, recorded.Id)).ToDictionary(entry => $"{entry!["version"]} {entry["type"]}", StringComparer.Ordinal);
        var details = trail["2 communications.event-details-changed"]!;
        Assert.Equal(
            ("Trail Wrong", "Trail Right", "Trail Right asked for it"),
            ((string?)details["before"]!["speakers"]![0]!["name"], (string?)details["after"]!["speakers"]![0]!["name"], (string?)details["reason"]));
        Assert.Equal(("details-changed", "Clearer"), ((string?)trail["2 communications.event-changed.v1"]!["reason"], (string?)trail["3 communications.event-changed.v1"]!["reason"]));
        Assert.DoesNotContain("3 communications.event-details-changed", trail.Keys);
        Assert.Empty(await TrailAsync(shared.NewNode(), recorded.Id));
    }

    [Theory]
    [InlineData("""{"title":null}""", "/title required")]
    [InlineData("""{"title":{"fr":"a"}}""", "/title/en source-language-missing")]
    [InlineData("""{"startsOn":"2023-01-01"}""", "/endsOn ends-before-start")]
    [InlineData("""{"participants":-1}""", "/participants out-of-range")]
    [InlineData("""{"source":null}""", "/source required")]
    [InlineData("""{"speakers":[null]}""", "/speakers required")]
    [InlineData("""{"speakers":[{"name":" "}]}""", "/speakers/0/name required")]
    [InlineData("""{"speakers":[{"name":"x","hidden":false}]}""", null)]
    [InlineData("""{"node":"insp1r"}""", null)]
    [InlineData("""{"startsOn":null}""", null)]
    public async Task S9_BadChangeOfAnEvent_IsRefused_AndChangesNothing(string body, string? fault)
    {
        var node = shared.NewNode();
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Somebody", null)), Ct)).Expect(201);

        var refused = await contributor.PatchAsync($"/api/v1/events/{recorded.Id}", body, Ct, recorded.IfMatch());

        if (fault is null)
            refused.IsProblem(400, "bad-request");
        else
            Assert.Equal([fault], refused.IsProblem(422, "invalid").Faults());
        Assert.Equal(recorded.Text, (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Text);
    }

    [Fact]
    public async Task I10_ChangeEvent_ByOthersOrOfAnotherVersion_IsRefused()
    {
        var node = shared.NewNode();
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Somebody", null)), Ct)).Expect(201);

        (await ChangeAsync(shared.App.As($"contributor@{shared.NewNode()}"), recorded, new { place = "x" })).IsProblem(403, "outside-your-nodes");
        (await ChangeAsync(shared.App.As($"reader@{node}"), recorded, new { place = "x" })).IsProblem(403, "forbidden");
        (await contributor.PatchAsync($"/api/v1/events/{recorded.Id}", new { place = "x" }, Ct)).IsProblem(428, "if-match-required");
        (await contributor.PatchAsync($"/api/v1/events/{recorded.Id}", new { place = "x" }, Ct, ("If-Match", "\"7\""))).IsProblem(412, "version-stale");
        (await contributor.PatchAsync($"/api/v1/events/{Guid.CreateVersion7()}", new { place = "x" }, Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        Assert.Equal(recorded.Text, (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Text);
    }

    [Fact]
    public async Task G1_PersonHidden_IsNamedToThoseWhoMayChangeTheEventOnly_UntilShownAgain()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var (contributor, reader, elsewhere) = (shared.App.As($"contributor@{node}"), shared.App.As($"reader@{node}"), shared.App.As($"steward@{shared.NewNode("asia")}"));
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("In Danger", person), ("Open", null)), Ct, ("Idempotency-Key", $"{Guid.NewGuid()}"))).Expect(201);
        var before = (await reader.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200);
        Assert.Contains("In Danger", before.Text, StringComparison.Ordinal);

        await SightAsync(new PersonHidden(new PersonReference(person, 2, node)));

        foreach (var api in (Api[])[reader, elsewhere])
        {
            foreach (var path in (string[])[$"events/{recorded.Id}", $"events?node={node}", "events?limit=500", "changes/communications"])
            {
                var read = (await api.GetAsync($"/api/v1/{path}", Ct, ("If-None-Match", before.ETag!))).Expect(200);
                Assert.DoesNotContain("In Danger", read.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("Cooperative of In Danger", read.Text, StringComparison.Ordinal);
                Assert.DoesNotContain($"{person}", read.Text, StringComparison.Ordinal);
                Assert.DoesNotContain("\"hidden\":true", read.Text, StringComparison.Ordinal);
            }

            Assert.Equal(["Open"], Names(await api.GetAsync($"/api/v1/events/{recorded.Id}", Ct)));
        }

        var hidden = (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200);
        Assert.Equal(["In Danger hidden", "Open"], Names(hidden));
        Assert.Equal(["In Danger hidden", "Open"], Names((await contributor.GetAsync($"/api/v1/events?node={node}", Ct)).Expect(200).Json["items"]![0]!));
        Assert.Equal(2, hidden.Version);
        foreach (var (query, accept) in ((string, string)[])[("&format=csv", "*/*"), ("&format=ndjson", "*/*"), ("", "text/csv")])
        {
            var file = (await contributor.GetAsync($"/api/v1/events?node={node}{query}", Ct, ("Accept", accept))).Expect(200).Text;
            Assert.Contains("Open", file, StringComparison.Ordinal);
            Assert.DoesNotContain("In Danger", file, StringComparison.Ordinal);
            Assert.DoesNotContain($"{person}", file, StringComparison.Ordinal);
        }

        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from idempotency_key where position('In Danger' in encode(body, 'escape')) > 0", Ct));
        Assert.Equal(["In Danger hidden", "Open"], Names((await ChangeAsync(contributor, hidden, new { place = "Kigali" })).Expect(200)));

        await SightAsync(new PersonShown(new PersonReference(person, 3, node)));

        var shown = (await reader.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200);
        Assert.Equal(["In Danger", "Open"], Names(shown));
        Assert.Equal(4, shown.Version);
        var changes = (await reader.GetAsync("/api/v1/changes/communications", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([1, 2, 3, 4], changes.Select(change => (int)change!["version"]!));
    }

    [Fact]
    public async Task G1_OlderSight_ThatArrivesLate_ChangesNothing()
    {
        var (node, shown, hidden) = (shared.NewNode(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Shown", shown), ("Hidden", hidden)), Ct)).Expect(201);

        await SightAsync(new PersonShown(new PersonReference(shown, 5, node)));
        await SightAsync(new PersonHidden(new PersonReference(hidden, 5, node)));
        await SightAsync(new PersonHidden(new PersonReference(shown, 4, node)));
        await SightAsync(new PersonShown(new PersonReference(hidden, 4, node)));
        await SightAsync(new PersonHidden(new PersonReference(hidden, 6, node)));

        var read = (await shared.App.As($"reader@{node}").GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Expect(200);
        Assert.Equal(["Shown"], Names(read));
        // One change that anybody could see, one version.
        Assert.Equal(2, read.Version);
    }

    [Fact]
    public async Task G1_HiddenSpeaker_IsNotQuotedAnew()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("First", null)), Ct)).Expect(201);
        await SightAsync(new PersonHidden(new PersonReference(person, 2, node)));

        var refused = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Endangered", person)), Ct)).IsProblem(422, "invalid");
        var unchanged = (await ChangeAsync(contributor, recorded, new { speakers = Speakers(("First", null), ("Endangered", person)) })).IsProblem(422, "invalid");

        Assert.Equal(["/speakers/0/personId hidden-person"], refused.Faults());
        Assert.Contains("leave the speaker out", refused.Text, StringComparison.Ordinal);
        Assert.Equal(["/speakers/1/personId hidden-person"], unchanged.Faults());
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from public_event where node = $1", Ct, node));
        Assert.Equal(recorded.Text, (await contributor.GetAsync($"/api/v1/events/{recorded.Id}", Ct)).Text);
        await SightAsync(new PersonShown(new PersonReference(person, 3, node)));
        (await contributor.PostAsync("/api/v1/events", Launch(node, ("Endangered", person)), Ct)).Expect(201);
    }

    [Fact]
    public async Task G1_EventRecordedWhileItsSpeakerIsHidden_WaitsAndIsRefused()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        await using var hiding = await HeldAsync(person);
        await hiding.ExecuteAsync($"insert into hidden_person values ('{person}', 2, true)");

        var recording = shared.App.As($"contributor@{node}").PostAsync("/api/v1/events", Launch(node, ("Racing", person)), Ct);
        await WaitsAsync();
        await hiding.CommitAsync();

        Assert.Equal(["/speakers/0/personId hidden-person"], (await recording).IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task G8_SpeakerTakenOutWhileErased_WaitsAndLeavesNoWordInTheTrail()
    {
        var (node, person) = (shared.NewNode(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var recorded = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Erased Meanwhile", person)), Ct)).Expect(201);
        await using var erasure = await HeldAsync(person);
        await erasure.ExecuteAsync($"insert into erased_person values ('{person}', 2, now()); update public_event set speakers = '[]', version = 2 where id = '{recorded.Id}'");

        var removing = contributor.PatchAsync($"/api/v1/events/{recorded.Id}", new { speakers = Array.Empty<object>() }, Ct, ("If-Match", "*"));
        await WaitsAsync();
        await erasure.CommitAsync();

        (await removing).IsProblem(412, "version-stale");
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from change_log c where c::text like '%Erased Meanwhile%'", Ct));
    }

    [Fact]
    public async Task G8_PersonErased_IsInNoTrail_AlsoOfAnEventThatQuotesThemNoMore()
    {
        var (node, person, other) = (shared.NewNode(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var contributor = shared.App.As($"contributor@{node}");
        var quoted = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Erasable Wrong", person)), Ct, Key())).Expect(201);
        var formerly = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Erasable Former", person)), Ct, Key())).Expect(201);
        var others = (await contributor.PostAsync("/api/v1/events", Launch(node, ("Other Wrong", other)), Ct)).Expect(201);
        (await ChangeAsync(contributor, quoted, new { speakers = Speakers(("Erasable Right", person)) }, Key())).Expect(200);
        var left = (await ChangeAsync(contributor, formerly, new { speakers = Array.Empty<object>() }, Key(), ("Change-Reason", "Erasable Former withdrew"))).Expect(200);
        (await ChangeAsync(contributor, others, new { speakers = Speakers(("Other Right", other)) })).Expect(200);
        await SightAsync(new PersonHidden(new PersonReference(person, 2, node)));
        // The event that quotes them, and what the trail has of both; the answers were forgotten when they were hidden.
        Assert.Equal(3L, await PlacesAsync("Erasable"));

        await shared.Broker.SendAsync(new PersonErased(new PersonTombstone(person, 3, node)), Ct);
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from erased_person where id = $1", Ct, person) == 1, "the erasure has arrived", Ct);
        await SightAsync(new PersonHidden(new PersonReference(person, 2, node)));

        Assert.Equal(0L, await PlacesAsync("Erasable"));
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from hidden_person where id = $1", Ct, person));
        // It changed nothing of an event that they were out of already.
        Assert.Equal(left.Text, (await contributor.GetAsync($"/api/v1/events/{formerly.Id}", Ct)).Text);
        Assert.Equal("Other Wrong", (string?)(await TrailAsync(node, others.Id)).Single(entry => (string)entry!["type"]! == "communications.event-details-changed")!["before"]!["speakers"]![0]!["name"]);
        var verified = (await shared.App.As("steward@insp1r").GetAsync("/api/v1/audit/communications/verification", Ct)).Expect(200);
        Assert.True((bool)verified.Json["intact"]!, verified.Text);

        Task<long> PlacesAsync(string word) => shared.ScalarAsync<long>(
            "select (select count(*) from change_log c where c::text like '%' || $1 || '%') + (select count(*) from public_event e where e::text like '%' || $1 || '%') + (select count(*) from idempotency_key where position($1 in encode(body, 'escape')) > 0)", Ct, word);
    }

    private static (string, string) Key() => ("Idempotency-Key", $"{Guid.NewGuid()}");

    private static string[] Names(Answer answer) => Names(answer.Json);

    /// <summary>The speakers of an event, and whether they are said to be hidden.</summary>
    private static string[] Names(JsonNode read) => [.. read["speakers"]!.AsArray().Select(speaker => $"{speaker!["name"]}{((bool)speaker["hidden"]! ? " hidden" : "")}")];

    private static Task<Answer> ChangeAsync(Api api, Answer read, object change, params (string, string)[] headers) =>
        api.PatchAsync($"/api/v1/events/{read.Id}", change, Ct, [("If-Match", $"\"{read.Version}\""), .. headers]);

    private async Task<JsonArray> TrailAsync(string node, Guid id) =>
        (await shared.App.As($"steward@{node}").GetAsync($"/api/v1/audit/communications?subjectId={id}", Ct)).Expect(200).Json["items"]!.AsArray();

    /// <summary>Sends what membership says of a person, and returns once it was handled.</summary>
    private async Task SightAsync(IPersonSightEvent happened)
    {
        var handled = await HandledAsync();
        await shared.Broker.SendAsync(happened, Ct);
        await Until.TrueAsync(async () => await HandledAsync() == handled + 1, "it is handled", Ct);
    }

    private Task<long> HandledAsync() => shared.ScalarAsync<long>("select count(*) from inbox_message where consumer = 'communications.hidden-persons'", Ct);

    private Task WaitsAsync() => Until.TrueAsync(
        async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event = 'advisory' and query like '%8714%'", Ct) == 1, "it waits", Ct);

    /// <summary>A transaction that has the person alone, as an effect about them has.</summary>
    private async Task<Held> HeldAsync(Guid person)
    {
        var connection = new NpgsqlConnection($"{shared.Database};Pooling=false");
        await connection.OpenAsync(Ct);
        var held = new Held(connection, await connection.BeginTransactionAsync(Ct));
        await held.ExecuteAsync($"select pg_advisory_xact_lock(hashtextextended('person {person}', 8714))");
        return held;
    }

    private sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Ct);
        }

        public Task CommitAsync() => transaction.CommitAsync(Ct);

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
