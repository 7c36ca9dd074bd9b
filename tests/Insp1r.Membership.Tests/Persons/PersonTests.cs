using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.Contracts.Membership;
using Insp1r.Membership.Data.Migrations;
using Insp1r.ServiceDefaults.Http;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests.Persons;

public sealed class PersonTests(Shared shared)
{
    private static readonly string Today = DateOnly.FromDateTime(DateTime.UtcNow).ToString("O");
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M15_PersonRecorded_IsPrivateUnlessDecidedOtherwise()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Marie Uwera");

        var steward = (await network.Steward.GetAsync($"/api/v1/persons/{person}", Ct)).Expect(200).Json;
        var contributor = (await network.Contributor.GetAsync($"/api/v1/persons/{person}", Ct)).Expect(200).Json;

        Assert.Equal("private private private private", string.Join(' ', steward["levels"]!.AsObject().Select(level => (string)level.Value!)));
        Assert.Equal(("Marie Uwera", "marie@example.org", "+250 788 000 001"), ((string?)steward["name"], (string?)steward["email"], (string?)steward["phone"]));
        Assert.Equal((null, null, null), ((string?)contributor["name"], (string?)contributor["email"], (string?)contributor["phone"]));
        (await network.Reader.GetAsync($"/api/v1/persons/{person}", Ct)).IsProblem(404, "not-found");
        foreach (var api in (Api[])[network.Reader, Neighbour(), shared.App.As("elsewhere", "operator@insp1r", "steward@insp1r.asia")])
            Assert.Empty(await IdsAsync(api, "persons", network.Node));
    }

    [Fact]
    public async Task M15_NodeLevel_IsSeenInsideTheNodeOnly()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Node Levelled", levels: new { name = "node" });

        var reader = (await network.Reader.GetAsync($"/api/v1/persons/{person}", Ct)).Expect(200).Json;

        Assert.Equal(("Node Levelled", null), ((string?)reader["name"], (string?)reader["email"]));
        Assert.Equal([$"{person}"], await IdsAsync(network.Reader, "persons", network.Node));
        (await Neighbour().GetAsync($"/api/v1/persons/{person}", Ct)).IsProblem(404, "not-found");
        Assert.Empty(await IdsAsync(Neighbour(), "persons"));
    }

    [Fact]
    public async Task G5_PersonAtRisk_IsSeenByThoseWhoKeepTheRecordOnly()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "At Risk", levels: new { name = "node", email = "node" });
        await AddContactAsync(network, person);
        Assert.Equal([$"{person}"], await IdsAsync(network.Reader, "directory", network.Node));

        (await network.Contributor.PatchAsync($"/api/v1/persons/{person}", new { atRisk = true }, Ct, ("If-Match", "\"1\""))).Expect(200);

        Assert.Empty(await IdsAsync(network.Reader, "persons"));
        Assert.Empty(await IdsAsync(network.Steward, "directory", network.Node));
        (await network.Reader.GetAsync($"/api/v1/persons/{person}", Ct)).IsProblem(404, "not-found");
        Assert.Equal("At Risk", (string?)(await network.Contributor.GetAsync($"/api/v1/persons/{person}", Ct)).Expect(200).Json["name"]);
        (await network.Contributor.PatchAsync($"/api/v1/persons/{person}", new { atRisk = false }, Ct, ("If-Match", "\"2\""))).IsProblem(403, "outside-your-nodes");
    }

    [Fact]
    public async Task G1_WhoIsAtRisk_IsToldToTheServices_AndNotInTheFeed()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Not Yet");
        (await network.Contributor.PatchAsync($"/api/v1/persons/{person}", new { atRisk = false, language = "en" }, Ct, ("If-Match", "\"1\""))).Expect(200);
        (await network.Contributor.PatchAsync($"/api/v1/persons/{person}", new { atRisk = true }, Ct, ("If-Match", "\"2\""), ("Change-Reason", "Not Yet was threatened"))).Expect(200);
        (await network.Contributor.PatchAsync($"/api/v1/persons/{person}", new { language = "es" }, Ct, ("If-Match", "\"3\""))).Expect(200);
        (await network.Steward.PatchAsync($"/api/v1/persons/{person}", new { atRisk = false }, Ct, ("If-Match", "\"4\""))).Expect(200);
        var recorded = (await network.Contributor.PostAsync("/api/v1/persons", new { node = network.Node, name = "At Once", language = "fr", atRisk = true }, Ct)).Expect(201).Id;

        var feed = (await network.Steward.GetAsync("/api/v1/changes/membership", Ct)).Expect(200);

        Assert.DoesNotContain($"{person}", feed.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($"{recorded}", feed.Text, StringComparison.Ordinal);
        Assert.Equal("membership.person-hidden.v1 3 internal at-risk, membership.person-shown.v1 5 internal at-risk-no-more", await ToldOfAsync(person));
        Assert.Equal("membership.person-hidden.v1 1 internal at-risk", await ToldOfAsync(recorded));
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from change_log c where subject_id = $1 and salt is null and c::text like '%Not Yet%'", Ct, person));
    }

    [Fact]
    public async Task G1_WhoWasAtRiskBeforeServicesWereTold_IsTold()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (hidden, other) = (await RecordAsync(network, "Before"), await RecordAsync(network, "Other"));
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var before = await connection.BeginTransactionAsync(Ct);
        await ExecuteAsync(connection, $"update person set at_risk = id = '{hidden}', version = 4 where node = '{network.Node}'");

        await ExecuteAsync(connection, HiddenPersons.Tell);
        await before.CommitAsync(Ct);

        Assert.Equal("membership.person-hidden.v1 4 internal at-risk", await ToldOfAsync(hidden));
        Assert.Equal("", await ToldOfAsync(other));
        var payload = await shared.ScalarAsync<string>("select payload::text from change_log where subject_id = $1 and visibility = 'internal'", Ct, hidden);
        Assert.Equal(new PersonHidden(new PersonReference(hidden, 4, network.Node)), JsonSerializer.Deserialize<PersonHidden>(payload, JsonDefaults.Options));
        var verified = (await shared.Steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200);
        Assert.True((bool)verified.Json["intact"]!, verified.Text);
    }

    [Fact]
    public async Task M8_PersonOfAnotherNetwork_IsNotThereForAnyRequest()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = (await shared.NewNetworkAsync(Ct)).Steward;
        var person = await RecordAsync(network, "Not Yours", levels: new { name = "node" });
        var before = await RowAsync(person);
        var path = $"/api/v1/persons/{person}";

        Answer[] answers =
        [
            await other.GetAsync(path, Ct),
            await other.GetAsync($"{path}/roles", Ct),
            await other.GetAsync($"{path}/consents", Ct),
            await other.PatchAsync(path, new { name = "Mine" }, Ct, ("If-Match", "*")),
            await other.SendAsync(HttpMethod.Put, $"{path}/levels", Api.JsonBody(new { }), Ct, ("If-Match", "*")),
            await other.PostAsync($"{path}/roles", new { kind = "mandate", title = "x", from = Today, node = network.Node, body = "board" }, Ct),
            await other.PostAsync($"{path}/consents", Consent("directory-public", "name"), Ct),
            await other.PostAsync($"{path}/export", null, Ct),
            await other.PostAsync($"{path}/erasure", new { reason = "unlawful" }, Ct),
        ];

        Assert.All(answers, answer => answer.IsProblem(404, "not-found"));
        Assert.Equal(before, await RowAsync(person));
    }

    [Fact]
    public async Task M8_ChangePerson_KeepsVersionsAndHiddenFields()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "First Name", levels: new { name = "node" });
        var path = $"/api/v1/persons/{person}";

        (await network.Contributor.PatchAsync(path, new { name = "Second Name" }, Ct)).IsProblem(428, "if-match-required");
        (await network.Contributor.PatchAsync(path, new { email = "other@example.org" }, Ct, ("If-Match", "\"1\""))).IsProblem(403, "outside-your-nodes");
        (await network.Reader.PatchAsync(path, new { name = "x" }, Ct, ("If-Match", "\"1\""))).Expect(403);
        Assert.Equal(2, (await network.Contributor.PatchAsync(path, new { name = "Second Name" }, Ct, ("If-Match", "\"1\""))).Expect(200).Version);
        (await network.Contributor.PatchAsync(path, new { name = "Third Name" }, Ct, ("If-Match", "\"1\""))).IsProblem(412, "version-stale");
        Assert.Equal(3, (await network.Steward.PatchAsync(path, new { email = (string?)null, phone = "+250 1" }, Ct, ("If-Match", "\"2\""))).Expect(200).Version);

        var read = (await network.Steward.GetAsync(path, Ct)).Json;
        Assert.Equal(("Second Name", null, "+250 1"), ((string?)read["name"], (string?)read["email"], (string?)read["phone"]));
    }

    [Theory]
    [InlineData("""{"node":"NODE","name":"","language":"en"}""", "/name required")]
    [InlineData("""{"node":"NODE","name":"x","language":"de"}""", "/language unknown-language")]
    [InlineData("""{"node":"NODE","name":"x","language":"en","email":"nobody"}""", "/email bad-address")]
    [InlineData("""{"node":"NODE","name":"x","language":"en","email":"a b@example.org"}""", "/email bad-address")]
    [InlineData("""{"node":"NODE","name":"x","language":"en","phone":"call me"}""", "/phone bad-phone")]
    [InlineData("""{"node":"NODE.x.y.z.w","name":"x","language":"en"}""", "/node bad-node")]
    [InlineData("""{"node":"NODE.x","name":"x","language":"en"}""", "/node unknown-node")]
    public async Task M8_BadPerson_IsRefused_NamingTheField(string body, string fault)
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = await network.Contributor.PostAsync("/api/v1/persons", body.Replace("NODE", network.Node, StringComparison.Ordinal), Ct);

        Assert.Equal([fault], answer.IsProblem(422, "invalid").Faults());
        Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from person where node = $1", Ct, network.Node));
    }

    [Fact]
    public async Task M8_ContactRoleEnds_AndItsHistoryStaysForStewards()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Contact", levels: new { name = "node", roles = "node" });
        var role = await AddContactAsync(network, person);
        var roles = $"/api/v1/persons/{person}/roles";
        Assert.Equal([$"{role}"], Ids(await network.Reader.GetAsync(roles, Ct)));
        Assert.Single(await IdsAsync(network.Reader, "directory", network.Node));

        var ended = (await network.Contributor.PostAsync($"{roles}/{role}/end", new { reason = "Moved on" }, Ct)).Expect(200).Json;

        Assert.Equal((Today, "Moved on"), ((string?)ended["to"], (string?)ended["endReason"]));
        Assert.Empty(Ids(await network.Reader.GetAsync(roles, Ct)));
        Assert.Empty(await IdsAsync(network.Reader, "directory", network.Node));
        var history = (await network.Steward.GetAsync(roles, Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        Assert.Equal(("2024-01-01", Today), ((string?)history["from"], (string?)history["to"]));
        (await network.Contributor.PostAsync($"{roles}/{role}/end", new { reason = "Again" }, Ct)).IsProblem(409, "role-ended");
    }

    [Fact]
    public async Task M8_RoleByItsDates_IsCurrentFromItsFirstToItsLastDay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Dated", levels: new { name = "node", roles = "node" });
        var (today, roles) = (DateOnly.FromDateTime(DateTime.UtcNow), $"/api/v1/persons/{person}/roles");
        foreach (var (title, from, to) in ((string, DateOnly, DateOnly?)[])[("past", today.AddDays(-9), today.AddDays(-1)), ("now", today.AddDays(-9), today.AddDays(1)), ("future", today.AddDays(2), null)])
            (await network.Steward.PostAsync(roles, new { kind = "mandate", title, from, to, node = network.Node, body = "board" }, Ct)).Expect(201);

        var current = (await network.Reader.GetAsync(roles, Ct)).Expect(200).Json["items"]!.AsArray();
        var all = (await network.Steward.GetAsync(roles, Ct)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal(["now"], [.. current.Select(role => (string)role!["title"]!)]);
        Assert.Equal(["past", "now", "future"], [.. all.Select(role => (string)role!["title"]!)]);
    }

    [Fact]
    public async Task M8_Mandate_IsForStewardsOfPersonAndBody()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Mandated", levels: new { name = "node" });
        var foreign = (await other.RegisterAsync("Foreign", Ct)).Expect(201).Id;
        var roles = $"/api/v1/persons/{person}/roles";

        (await network.Contributor.PostAsync(roles, Mandate(network.Node), Ct)).IsProblem(403, "outside-your-nodes");
        (await network.Steward.PostAsync(roles, Mandate("insp1r.africa"), Ct)).IsProblem(403, "outside-your-nodes");
        (await shared.Steward.PostAsync(roles, Mandate("insp1r.africa"), Ct)).Expect(201);
        Assert.Equal(["/organisationId unknown-organisation"], (await network.Steward.PostAsync(roles, new { kind = "contact", title = "x", from = Today, organisationId = foreign }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/organisationId required"], (await network.Steward.PostAsync(roles, new { kind = "contact", title = "x", from = Today }, Ct)).IsProblem(422, "invalid").Faults());
        var mandate = (await network.Steward.PostAsync(roles, Mandate(network.Node), Ct)).Expect(201).Id;
        (await network.Contributor.PostAsync($"{roles}/{mandate}/end", new { reason = "x" }, Ct)).IsProblem(403, "outside-your-nodes");
    }

    [Fact]
    public async Task M15_LevelBeyondTheNode_NeedsAConsentThatCoversIt()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Covered");
        var before = await RowAsync(person);

        var none = await LevelsAsync(network.Steward, person, new { name = "network" });
        (await network.Contributor.PostAsync("/api/v1/persons", new { node = network.Node, name = "x", language = "en", levels = new { phone = "public" } }, Ct)).IsProblem(409, "consent-missing");
        await ConsentAsync(network, person, "directory-network", "name");
        var wrongField = await LevelsAsync(network.Steward, person, new { name = "network", email = "network" });
        var tooWide = await LevelsAsync(network.Steward, person, new { name = "public" });

        Assert.Equal(["/name consent-missing"], none.IsProblem(409, "consent-missing").Faults());
        Assert.Equal(["/email consent-missing"], wrongField.IsProblem(409, "consent-missing").Faults());
        Assert.Equal(["/name consent-missing"], tooWide.IsProblem(409, "consent-missing").Faults());
        Assert.Equal(before, await RowAsync(person));
        (await LevelsAsync(network.Steward, person, new { name = "network" })).Expect(200);
        await ConsentAsync(network, person, "directory-public", "email");
        // Who may be shown to everybody may be shown to the network.
        (await LevelsAsync(network.Steward, person, new { name = "network", email = "network" })).Expect(200);
        (await LevelsAsync(network.Steward, person, new { name = "network", email = "public" })).Expect(200);
    }

    [Fact]
    public async Task M15_Directory_ShowsToEachWhatTheLevelsSay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Directed");
        await AddContactAsync(network, person);
        await ConsentAsync(network, person, "directory-public", "name", "roles");
        await ConsentAsync(network, person, "directory-network", "email");
        (await LevelsAsync(network.Steward, person, new { name = "public", roles = "public", email = "network", phone = "node" })).Expect(200);

        var anonymous = await EntryAsync(Anonymous(), network.Node);
        var foreign = await EntryAsync(Neighbour(), network.Node);
        var reader = await EntryAsync(network.Reader, network.Node);
        var withoutScope = await EntryAsync(shared.App.With(shared.App.Token("sync-only", [$"reader@{network.Node}"], "sync")), network.Node);

        Assert.Equal(("Directed", null, null), Fields(anonymous));
        Assert.Equal(("Directed", "marie@example.org", null), Fields(foreign));
        Assert.Equal(("Directed", "marie@example.org", "+250 788 000 001"), Fields(reader));
        Assert.Equal(("Directed", null, null), Fields(withoutScope));
        Assert.Equal(("contact", "Secretary"), ((string?)anonymous!["roles"]![0]!["kind"], (string?)anonymous["roles"]![0]!["title"]));
        Assert.StartsWith("Organisation of", (string?)anonymous["roles"]![0]!["organisation"], StringComparison.Ordinal);
        (await shared.App.With("not-a-token").GetAsync("/api/v1/directory", Ct)).IsProblem(401, "unauthorized");
    }

    [Fact]
    public async Task M15_Directory_HasNobodyWithoutACurrentRoleOrAVisibleField()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var hidden = await RecordAsync(network, "Hidden");
        await AddContactAsync(network, hidden);
        await RecordAsync(network, "Without role", levels: new { name = "node" });
        var seen = await RecordAsync(network, "Seen", levels: new { name = "node" });
        await AddContactAsync(network, seen);

        Assert.Equal([$"{seen}"], await IdsAsync(network.Steward, "directory", network.Node));
    }

    [Fact]
    public async Task M15_ConsentWithdrawn_HidesTheFieldsAtOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Withdrawing");
        await AddContactAsync(network, person);
        var first = await ConsentAsync(network, person, "directory-public", "name", "email");
        await ConsentAsync(network, person, "directory-public", "name");
        await ConsentAsync(network, person, "directory-network", "email");
        (await LevelsAsync(network.Steward, person, new { name = "public", email = "network" })).Expect(200);
        var version = (await network.Steward.GetAsync($"/api/v1/persons/{person}", Ct)).Version;

        (await network.Contributor.PostAsync($"/api/v1/persons/{person}/consents/{first}/withdrawal", null, Ct)).Expect(200);

        Assert.Null(await EntryAsync(Anonymous(), network.Node));
        // The consent for the network was another, and stands.
        Assert.Equal((null, "marie@example.org", null), Fields(await EntryAsync(Neighbour(), network.Node)));
        var read = (await network.Steward.GetAsync($"/api/v1/persons/{person}", Ct)).Json;
        Assert.Equal(("node", "network", version + 1), ((string?)read["levels"]!["name"], (string?)read["levels"]!["email"], (int)read["version"]!));
        (await network.Contributor.PostAsync($"/api/v1/persons/{person}/consents/{first}/withdrawal", null, Ct)).IsProblem(409, "consent-withdrawn");
        var consents = (await network.Contributor.GetAsync($"/api/v1/persons/{person}/consents", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([true, true, false], consents.Select(c => c!["withdrawnAt"] is not null));
    }

    [Fact]
    public async Task M15_LevelRaisedWhileTheConsentIsWithdrawn_WaitsAndIsRefused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Racing");
        await ConsentAsync(network, person, "directory-public", "name");
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var withdrawal = await connection.BeginTransactionAsync(Ct);
        // As the withdrawal does it: the person first.
        await ExecuteAsync(connection, $"select 1 from person where id = '{person}' for update; update consent set withdrawn_at = now() where person_id = '{person}'");

        var raising = LevelsAsync(network.Steward, person, new { name = "public" });
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%from person%'", Ct) == 1, "it waits", Ct);
        await withdrawal.CommitAsync(Ct);

        (await raising).IsProblem(409, "consent-missing");
    }

    [Fact]
    public async Task G1_AnotherBasisThanConsent_IsRecordedWithItsSource()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "By law");
        var path = $"/api/v1/persons/{person}/consents";

        (await network.Contributor.PostAsync(path, new { purpose = "directory-public", fields = (string[])["name"], givenAt = "2026-01-01T00:00:00Z", source = "Law 16/2018, Art. 5", basis = "legal-obligation" }, Ct)).Expect(201);
        (await LevelsAsync(network.Steward, person, new { name = "public" })).Expect(200);

        var wrong = await network.Contributor.PostAsync(path, new { purpose = "directory-public", fields = (string[])["name", "age"], givenAt = "2126-01-01T00:00:00Z", source = "", wordingVersion = 99, wordingLanguage = "de" }, Ct);
        Assert.Equal(["/source required", "/fields/1 unknown-field", "/givenAt out-of-range", "/wordingLanguage unknown-language"], wrong.IsProblem(422, "invalid").Faults());
        var unknown = await network.Contributor.PostAsync(path, new { purpose = "directory-public", fields = (string[])["name"], givenAt = "2026-01-01T00:00:00Z", source = "form", wordingVersion = 99, wordingLanguage = "fr" }, Ct);
        Assert.Equal(["/wordingVersion unknown-wording"], unknown.IsProblem(422, "invalid").Faults());
        // A contract is no reason to show that somebody is in touch with a union.
        (await network.Contributor.PostAsync(path, new { purpose = "directory-public", fields = (string[])["name"], givenAt = "2026-01-01T00:00:00Z", source = "Membership form", basis = "contract" }, Ct)).IsProblem(400, "bad-request");
    }

    [Fact]
    public async Task G10_WordingShownAtConsent_IsReadableAfterNewVersions()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Asked in French");
        var consent = await ConsentAsync(network, person, "directory-network", "name");
        var shown = (await network.Reader.GetAsync("/api/v1/consent-wordings/directory-network/1", Ct)).Expect(200).Text;

        (await network.Steward.PostAsync("/api/v1/consent-wordings", Wording("directory-network"), Ct)).IsProblem(403, "outside-your-nodes");
        var missing = (await shared.Steward.PostAsync("/api/v1/consent-wordings", new { purpose = "directory-network", texts = new { en = "x", fr = "y" } }, Ct)).IsProblem(422, "invalid");
        var next = await Task.WhenAll(shared.Steward.PostAsync("/api/v1/consent-wordings", Wording("directory-network"), Ct), shared.Steward.PostAsync("/api/v1/consent-wordings", Wording("directory-network"), Ct));

        Assert.Equal(["/texts/es required"], missing.Faults());
        Assert.Equal(2, next.Select(answer => (int)answer.Expect(201).Json["version"]!).Distinct().Count());
        // What was agreed to earlier was not this text.
        var early = await network.Contributor.PostAsync($"/api/v1/persons/{person}/consents", new
        {
            purpose = "directory-network",
            fields = (string[])["name"],
            givenAt = "2019-03-01T10:00:00Z",
            source = "Form",
            wordingVersion = (int)next[0].Json["version"]!,
            wordingLanguage = "fr",
        }, Ct);
        Assert.Equal(["/wordingVersion not-yet-written"], early.IsProblem(422, "invalid").Faults());
        var recorded = (await network.Steward.GetAsync($"/api/v1/persons/{person}/consents", Ct)).Expect(200).Json["items"]!.AsArray().Single(c => (Guid)c!["id"]! == consent)!;
        Assert.Equal((1, "fr"), ((int)recorded["wordingVersion"]!, (string?)recorded["wordingLanguage"]));
        var read = (await network.Reader.GetAsync($"/api/v1/consent-wordings/directory-network/{recorded["wordingVersion"]}", Ct)).Expect(200);
        Assert.Equal(shown, read.Text);
        Assert.Contains("syndicat", (string)read.Json["texts"]!["fr"]!, StringComparison.Ordinal);
        Assert.Contains("sindicato", (string)read.Json["texts"]!["es"]!, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => shared.ScalarAsync<string>("update consent_wording set text = 'other' returning text", Ct));
        Assert.Contains("append only", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task G8_Erasure_LeavesATombstoneAndNoWord()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (string, string) key = ("Idempotency-Key", $"{Guid.NewGuid()}");
        var body = new { node = network.Node, name = "Erased Soon", language = "fr", email = "soon@example.org", levels = new { name = "node" } };
        var person = (await network.Contributor.PostAsync("/api/v1/persons", body, Ct, key)).Expect(201).Id;
        var other = (await network.Contributor.PostAsync("/api/v1/persons", new { node = network.Node, name = "Stays", language = "fr" }, Ct, ("Idempotency-Key", $"{Guid.NewGuid()}"))).Expect(201).Id;
        var role = await AddContactAsync(network, person);
        await ConsentAsync(network, person, "directory-public", "name");
        var (before, neighbours) = (await network.Reader.GetAsync("/api/v1/changes/membership", Ct), await RowAsync(other));

        (await network.Contributor.PostAsync($"/api/v1/persons/{person}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(403);
        var erased = (await network.Steward.PostAsync($"/api/v1/persons/{person}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(200);

        Assert.Equal(2, erased.Version);
        foreach (var path in (string[])["", "/roles", "/consents"])
            (await network.Steward.GetAsync($"/api/v1/persons/{person}{path}", Ct)).IsProblem(410, "erased");
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/roles/{role}/end", new { reason = "x" }, Ct)).IsProblem(410, "erased");
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/export", null, Ct)).IsProblem(410, "erased");
        (await network.Steward.PostAsync($"/api/v1/persons/{person}/erasure", new { reason = "unlawful" }, Ct)).IsProblem(410, "erased");
        (await network.Contributor.GetAsync($"/api/v1/persons/{person}", Ct)).IsProblem(404, "not-found");
        Assert.Equal([$"{other}"], await IdsAsync(network.Steward, "persons", network.Node));

        var change = (await network.Reader.GetAsync($"/api/v1/changes/membership?after={(string)before.Json["next"]!}", Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        Assert.Equal(("membership.person-erased.v1", $"{person}"), ((string?)change["type"], (string?)change["subjectId"]));
        Assert.Equal(["id", "version", "node"], change["data"]!["state"]!.AsObject().Select(member => member.Key));

        // The proof of the consent stays, without what it says of its source.
        Assert.Equal("directory-public|1|fr|t|", await shared.ScalarAsync<string>(
            "select concat_ws('|', purpose, wording_version, wording_language, withdrawn_at is not null, source) from consent where person_id = $1", Ct, person));
        Assert.Equal("|t", await shared.ScalarAsync<string>("select concat_ws('|', title, ended_at is not null) from person_role where person_id = $1", Ct, person));
        Assert.Equal((0, 1), (await AnswersAsync(person), await AnswersAsync(other)));
        Assert.Equal(neighbours, await RowAsync(other));
    }

    [Fact]
    public async Task G8_Export_WithoutAllServices_IsRefusedAndNamesTheOneThatIsAway()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var person = await RecordAsync(network, "Exported");

        var answer = (await network.Steward.PostAsync($"/api/v1/persons/{person}/export", null, Ct)).IsProblem(503, "service-away");

        Assert.Contains("communications", (string)answer.Json["detail"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("Exported", answer.Text, StringComparison.Ordinal);
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
    }

    private static object Mandate(string node) => new { kind = "mandate", title = "Member", from = "2024-01-01", node, body = "steering-committee" };

    private static object Wording(string purpose) => new { purpose, texts = new { en = "New text.", fr = "Nouveau texte.", es = "Texto nuevo." } };

    private static object Consent(string purpose, params string[] fields) =>
        new { purpose, fields, givenAt = "2026-03-01T10:00:00Z", source = "Signed form of Marie", wordingVersion = 1, wordingLanguage = "fr" };

    private static async Task<Guid> RecordAsync(Network network, string name, object? levels = null) => (await network.Contributor.PostAsync(
        "/api/v1/persons", new { node = network.Node, name, language = "fr", email = "marie@example.org", phone = "+250 788 000 001", levels }, Ct)).Expect(201).Id;

    private static async Task<Guid> AddContactAsync(Network network, Guid person)
    {
        var organisation = (await network.RegisterAsync($"Organisation of {person}", Ct)).Expect(201).Id;
        return (await network.Contributor.PostAsync(
            $"/api/v1/persons/{person}/roles", new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = organisation }, Ct)).Expect(201).Id;
    }

    private static async Task<Guid> ConsentAsync(Network network, Guid person, string purpose, params string[] fields) =>
        (await network.Contributor.PostAsync($"/api/v1/persons/{person}/consents", Consent(purpose, fields), Ct)).Expect(201).Id;

    private static Task<Answer> LevelsAsync(Api api, Guid person, object levels) =>
        api.SendAsync(HttpMethod.Put, $"/api/v1/persons/{person}/levels", Api.JsonBody(levels), Ct, ("If-Match", "*"));

    /// <summary>A reader of a network that has nothing to do with any other.</summary>
    private Api Neighbour() => shared.App.As("neighbour", "reader@insp1r.asia.np");

    private Api Anonymous() => new(shared.App.Address, new SocketsHttpHandler { UseProxy = false });

    private static async Task<JsonNode?> EntryAsync(Api api, string node) =>
        (await api.GetAsync($"/api/v1/directory?node={node}", Ct)).Expect(200).Json["items"]!.AsArray().SingleOrDefault();

    private static (string?, string?, string?) Fields(JsonNode? entry) => ((string?)entry!["name"], (string?)entry["email"], (string?)entry["phone"]);

    private static async Task<string[]> IdsAsync(Api api, string list, string? node = null) =>
        Ids(await api.GetAsync($"/api/v1/{list}?limit=500{(node is null ? "" : $"&node={node}")}", Ct));

    private static string[] Ids(Answer page) => [.. page.Expect(200).Json["items"]!.AsArray().Select(item => (string)item!["id"]!)];

    /// <summary>The events of a person: type, version, visibility and reason of each.</summary>
    private Task<string> ToldOfAsync(Guid person) => shared.ScalarAsync<string>(
        "select coalesce(string_agg(concat_ws(' ', type, subject_version, visibility, reason), ', ' order by seq), '') from change_log where subject_id = $1 and visibility <> 'audit'", Ct, person);

    private Task<string> RowAsync(Guid person) => shared.ScalarAsync<string>("select p::text from person p where id = $1", Ct, person);

    private Task<long> AnswersAsync(Guid person) =>
        shared.ScalarAsync<long>("select count(*) from idempotency_key where position($1 in encode(body, 'escape')) > 0", Ct, $"{person}");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
