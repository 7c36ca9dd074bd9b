using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.MainJob;

/// <summary>What the platform is for, end to end, with two national networks, through the gateway.</summary>
public sealed class MainJobTests(Platform platform)
{
    private PlatformStack Stack => platform.Stack;
    private Api Rwanda => Stack.As("rwanda");
    private Api Nepal => Stack.As("nepal");
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sync_OfANationalFile_IsValidatedThenCommittedAndNeverTwice()
    {
        await Network.EnsureAsync(Stack, Ct);
        var file = File("file", 30);

        var validated = await PushAsync(Rwanda, file, "mode=validate");
        Assert.Equal((false, 30, 30, 0), (Committed(validated), Count(validated, "items"), Count(validated, "created"), Count(validated, "rejected")));
        Assert.Equal(404, (await Rwanda.GetAsync("/api/v1/organisations/by-external-id/file/0", Ct)).Status);

        var committed = await PushAsync(Rwanda, file, "mode=commit");
        Assert.Equal((true, 30), (Committed(committed), Count(committed, "created")));
        Assert.Equal(Enumerable.Range(1, 30), committed.Lines.SkipLast(1).Select(line => (int)line["line"]!));
        Assert.All(committed.Lines.SkipLast(1), line => Assert.Equal(("created", 1), ((string)line["result"]!, (int)line["version"]!)));

        var again = await PushAsync(Rwanda, file, "mode=commit");
        Assert.Equal(30, Count(again, "unchanged"));
        Assert.Equal(committed.Lines.SkipLast(1).Select(line => (string)line["id"]!), again.Lines.SkipLast(1).Select(line => (string)line["id"]!));
        Assert.All(again.Lines.SkipLast(1), line => Assert.Equal(1, (int)line["version"]!));

        var stored = (await Rwanda.GetAsync("/api/v1/organisations/by-external-id/file/7", Ct)).Expect(200);
        Assert.Equal(("Member 7", "insp1r.africa.rw", "RW", 1), ((string)stored.Json["name"]!, (string)stored.Json["node"]!, (string)stored.Json["country"]!, stored.Version));
        Assert.Equal(1, await Stack.ScalarAsync<long>("membership", $"select count(*) from change_log where subject_id = '{stored.Id}'", Ct));
    }

    [Fact]
    public async Task Sync_WithABadLineAndAnothersRows_TakesTheRestAndSaysWhy()
    {
        await Network.EnsureAsync(Stack, Ct);
        (await PushAsync(Nepal, [Item("shared", 1, Network.Nepal)], "mode=commit")).Expect(200);
        List<object> file =
        [
            Item("mixed", 0, Network.Rwanda),
            """{"type":"organisation","externalId":"mixed:1","node":"insp1r.africa.rw","name":"x","country":"Atlantis","types":["ngo"]}""",
            """{"type":"organisation","externalId":"mixed:2",""",
            Item("mixed", 3, Network.Nepal),
            Item("shared", 1, Network.Rwanda),
            Item("mixed", 5, Network.Rwanda),
        ];

        var pushed = await PushAsync(Rwanda, file, "mode=commit");

        Assert.Equal((2, 4), (Count(pushed, "created"), Count(pushed, "rejected")));
        Assert.Equal(["created", "rejected", "rejected", "rejected", "rejected", "created"], pushed.Lines.SkipLast(1).Select(line => (string)line["result"]!));
        Assert.Equal(
            [("/country", "unknown-country"), ("", "bad-json"), ("/node", "outside-your-nodes"), ("/externalId", "external-id-taken")],
            pushed.Lines.Where(line => line["errors"] is not null).Select(line => ((string)line["errors"]![0]!["pointer"]!, (string)line["errors"]![0]!["code"]!)));
        Assert.Equal(404, (await Nepal.GetAsync("/api/v1/organisations/by-external-id/mixed/3", Ct)).Status);
        Assert.Equal("insp1r.asia.np", (string)(await Nepal.GetAsync("/api/v1/organisations/by-external-id/shared/1", Ct)).Expect(200).Json["node"]!);
    }

    [Fact]
    public async Task Organisations_AreListedFilteredPagedAndNotSentTwice()
    {
        await Network.EnsureAsync(Stack, Ct);
        var mark = $"liste {Guid.NewGuid():N}";
        foreach (var (network, name, types) in new[] { (Network.Rwanda, "Mutuelle de santé", "mutual-health-organisation"), (Network.Rwanda, "Syndicat", "trade-union"), (Network.Mali, "Mutuelle du Mali", "mutual-health-organisation") })
            (await Stack.As(network.Client).PostAsync("/api/v1/organisations", new { node = network.Node, name = $"{name} {mark}", country = network.Country, types = (string[])[types] }, Ct)).Expect(201);

        Assert.Equal(["Mutuelle de santé", "Syndicat"], await NamesAsync(Rwanda, "node=insp1r.africa.rw"));
        Assert.Equal(["Mutuelle de santé", "Syndicat", "Mutuelle du Mali"], await NamesAsync(Stack.As("reader"), "node=insp1r.africa"));
        Assert.Equal([], await NamesAsync(Nepal, "node=insp1r.africa"));
        Assert.Equal(["Mutuelle du Mali"], await NamesAsync(Stack.As("reader"), "country=ML"));
        Assert.Equal(["Mutuelle de santé", "Mutuelle du Mali"], await NamesAsync(Stack.As("reader"), "type=mutual-health-organisation"));

        // Text is found without its accents.
        var found = (await Stack.As("reader").GetAsync($"/api/v1/organisations?text=sante {mark}", Ct)).Expect(200);
        Assert.Single(found.Json["items"]!.AsArray());

        var walked = new List<string>();
        for (var next = ""; next is not null;)
        {
            var page = (await Rwanda.GetAsync($"/api/v1/organisations?limit=1&text={mark}{next}", Ct)).Expect(200).Json;
            walked.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            next = (string?)page["next"] is { } cursor ? $"&after={cursor}" : null;
        }

        Assert.Equal(2, walked.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(2, walked.Count);

        var list = (await Rwanda.GetAsync($"/api/v1/organisations?text={mark}", Ct)).Expect(200);
        Assert.Equal(304, (await Rwanda.GetAsync($"/api/v1/organisations?text={mark}", Ct, ("If-None-Match", list.ETag!))).Status);
        var one = (await Rwanda.GetAsync($"/api/v1/organisations/{walked[0]}", Ct)).Expect(200);
        Assert.Equal("\"1\"", one.ETag);
        Assert.Equal(304, (await Rwanda.GetAsync($"/api/v1/organisations/{walked[0]}", Ct, ("If-None-Match", one.ETag!))).Status);
        Assert.Equal(404, (await Nepal.GetAsync($"/api/v1/organisations/{walked[0]}", Ct)).Status);

        async Task<IEnumerable<string>> NamesAsync(Api api, string filter) =>
            (await api.GetAsync($"/api/v1/organisations?{filter}&text={mark}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => ((string)item!["name"]!).Replace($" {mark}", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Advocacy_FromCampaignToAnnouncement_AcrossTwoNetworks()
    {
        await Network.EnsureAsync(Stack, Ct);
        var organisation = (await Rwanda.PostAsync("/api/v1/organisations", Network.Organisation(Network.Rwanda, "ZAMUKA"), Ct)).Expect(201).Id;
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);

        var campaign = (await Rwanda.PostAsync("/api/v1/campaigns", new { node = "insp1r.africa.rw", title = new { en = "Pensions for all", fr = "Une pension pour tous" }, sourceLanguage = "en" }, Ct)).Expect(201);
        var demand = (await Rwanda.PostAsync(
            "/api/v1/demands",
            new { node = "insp1r.africa.rw", campaignId = campaign.Id, title = new { en = "Ratify C102" }, sourceLanguage = "en", targetBodies = (string[])["ILO"], instruments = (string[])["C102"], status = "active" }, Ct)).Expect(201);
        Assert.Equal(["ILO"], demand.Json["targetBodies"]!.AsArray().Select(body => (string)body!));

        var outcome = (await Rwanda.PostAsync("/api/v1/outcomes", Network.Outcome(Network.Rwanda, "National Policy for the Elderly", organisation), Ct)).Expect(201);
        Assert.Equal("draft", (string)outcome.Json["status"]!);
        Assert.Equal(404, (await Nepal.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Status);

        var submitted = (await Rwanda.PostAsync($"/api/v1/outcomes/{outcome.Id}/submission", "", Ct)).Expect(200);
        Assert.Equal("submitted", (string)submitted.Json["status"]!);
        Assert.Equal(200, (await Nepal.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Status);

        // Whoever harvested it cannot confirm it, under no other name either.
        var own = await Rwanda.PostAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", Network.Agreement(Network.Rwanda), Ct);
        Assert.Equal((409, "/problems/not-independent"), (own.Status, own.Problem));
        var pretended = await Rwanda.PostAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", Network.Agreement(Network.Nepal), Ct);
        Assert.Equal((403, "/problems/outside-your-nodes"), (pretended.Status, pretended.Problem));

        (await Nepal.PostAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", Network.Agreement(Network.Nepal), Ct)).Expect(201);
        var confirmed = (await Rwanda.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Expect(200).Json;
        Assert.Equal(("substantiated", "insp1r.asia.np"), ((string)confirmed["status"]!, (string)confirmed["substantiatedBy"]!));

        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);
        var nodes = await AnnouncementsAsync(Stack.As("reader"), outcome.Id);
        Assert.Equal(["insp1r", "insp1r.africa", "insp1r.africa.rw", "insp1r.asia.np"], nodes.Select(announcement => (string)announcement["node"]!).Order(StringComparer.Ordinal));
        Assert.All(nodes, announcement =>
        {
            Assert.Equal("draft", (string)announcement["status"]!);
            Assert.Equal(["en", "es", "fr"], announcement["languages"]!.AsObject().Select(language => language.Key).Order(StringComparer.Ordinal));
            Assert.All(announcement["languages"]!.AsObject(), text => Assert.Contains("National Policy for the Elderly", (string)text.Value!["body"]!, StringComparison.Ordinal));
        });

        var forNepal = Assert.Single(await AnnouncementsAsync(Nepal, outcome.Id));
        Assert.Equal("insp1r.asia.np", (string)forNepal["node"]!);
        var forRwanda = Assert.Single(await AnnouncementsAsync(Rwanda, outcome.Id));
        Assert.Equal(404, (await Nepal.PostAsync($"/api/v1/announcements/{(string)forRwanda["id"]!}/release", "", Ct)).Status);
        Assert.Equal("released", (string)(await Rwanda.PostAsync($"/api/v1/announcements/{(string)forRwanda["id"]!}/release", "", Ct)).Expect(200).Json["status"]!);
    }

    [Fact]
    public async Task Suspension_OfAnOrganisation_EndsItsRightToContribute()
    {
        await Network.EnsureAsync(Stack, Ct);
        var organisation = (await Rwanda.PostAsync("/api/v1/organisations", Network.Organisation(Network.Rwanda, "Soon suspended"), Ct)).Expect(201);
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);
        var draft = (await Rwanda.PostAsync("/api/v1/outcomes", Network.Outcome(Network.Rwanda, "Before", organisation.Id), Ct)).Expect(201);
        Assert.Equal(403, (await Stack.As("contributor").PostAsync($"/api/v1/organisations/{organisation.Id}/affiliations/{Network.Rwanda.Node}/moves", Network.Decision("Fees"), Ct)).Status);

        var suspended = (await Stack.As("steward").PostAsync($"/api/v1/organisations/{organisation.Id}/affiliations/{Network.Rwanda.Node}/moves", Network.Decision("Fees"), Ct)).Expect(200);
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);

        Assert.Equal(("suspended", 2), ((string)suspended.Json["status"]!, suspended.Version));
        AssertRefused(await Rwanda.PostAsync("/api/v1/outcomes", Network.Outcome(Network.Rwanda, "After", organisation.Id), Ct), "organisation-suspended");
        AssertRefused(await Rwanda.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", "", Ct), "organisation-suspended");

        (await Stack.As("steward").PostAsync($"/api/v1/organisations/{organisation.Id}/affiliations/{Network.Rwanda.Node}/moves", Network.Decision("Paid", "active"), Ct)).Expect(200);
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);
        (await Rwanda.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", "", Ct)).Expect(200);
    }

    [Fact]
    public async Task Contribution_OfAnUnknownOrAnothersOrganisation_IsRefusedInTheSameWords()
    {
        await Network.EnsureAsync(Stack, Ct);
        var ofNepal = (await Nepal.PostAsync("/api/v1/organisations", Network.Organisation(Network.Nepal, "Of Nepal"), Ct)).Expect(201).Id;
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);

        AssertRefused(await Rwanda.PostAsync("/api/v1/outcomes", Network.Outcome(Network.Rwanda, "Claimed", ofNepal), Ct), "unknown-organisation");
        AssertRefused(await Rwanda.PostAsync("/api/v1/outcomes", Network.Outcome(Network.Rwanda, "Claimed", Guid.NewGuid()), Ct), "unknown-organisation");
    }

    private static void AssertRefused(Answer answer, string code)
    {
        Assert.Equal((422, "/problems/invalid"), (answer.Status, answer.Problem));
        Assert.Equal(("/contributions/0/organisationId", code), ((string)answer.Json["errors"]![0]!["pointer"]!, (string)answer.Json["errors"]![0]!["code"]!));
    }

    private static async Task<List<JsonNode>> AnnouncementsAsync(Api api, Guid outcome) =>
        [.. (await api.GetAsync("/api/v1/announcements?limit=500", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => item!).Where(item => (string)item["outcomeId"]! == $"{outcome}")];

    private static List<object> File(string ns, int count) => [.. Enumerable.Range(0, count).Select(number => Item(ns, number, Network.Rwanda))];

    private static object Item(string ns, int number, Network.National network) => new
    {
        type = "organisation",
        externalId = $"{ns}:{number}",
        node = network.Node,
        name = $"Member {number}",
        country = network.Country,
        types = (string[])["cooperative"],
    };

    private static async Task<Answer> PushAsync(Api api, IEnumerable<object> file, string query) =>
        (await api.SendAsync(HttpMethod.Post, $"/api/v1/sync/batches?{query}", Api.Ndjson(file), Ct)).Expect(200);

    private static bool Committed(Answer pushed) => (bool)pushed.Lines[^1]["summary"]!["committed"]!;

    private static int Count(Answer pushed, string what) => (int)pushed.Lines[^1]["summary"]![what]!;
}
