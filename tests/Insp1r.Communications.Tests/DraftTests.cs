using System.Text.Json.Nodes;
using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Membership;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Communications.Tests;

/// <summary>An outcome that another network confirmed becomes drafts, for the nodes concerned, once.</summary>
public sealed class DraftTests(Shared shared)
{
    private const string Queue = "communications.announcements";
    private const string Substantiated = "advocacy.outcome-substantiated.v1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MainJob4_SubstantiatedOutcome_IsADraftForEachNodeConcerned_InThreeLanguages()
    {
        var (owner, contributing, by) = (shared.NewNode(), shared.NewNode("asia"), shared.NewNode());
        var (ours, theirs) = (await shared.OrganisationAsync(owner, "ZAMUKA", Ct), await shared.OrganisationAsync(contributing, "Himal", Ct));

        var drafts = await shared.DraftAsync(Outcomes.Substantiated(owner, by, (ours, owner), (theirs, contributing)), Ct);

        Assert.Equal(new[] { "insp1r", "insp1r.africa", "insp1r.asia", owner, contributing, by }.Order(StringComparer.Ordinal), drafts.Nodes());
        Assert.All(drafts.Json["items"]!.AsArray(), draft =>
        {
            Assert.Equal("draft", (string)draft!["status"]!);
            Assert.Equal(["en", "es", "fr"], draft["languages"]!.AsObject().Select(language => language.Key).Order(StringComparer.Ordinal));
            Assert.All(draft["languages"]!.AsObject(), text => Assert.True(((string)text.Value!["subject"]!).Length > 20 && ((string)text.Value["body"]!).Length > 100));
        });
    }

    [Fact]
    public async Task MainJob4_Drafts_SayWhatHappened_InSentencesOfEachLanguage()
    {
        var (owner, by) = (shared.NewNode(), shared.NewNode());
        await shared.NodeAsync(owner, "national", "RW", Ct, ("en", "INSP!R Rwanda"), ("fr", "INSP!R Rwanda"), ("es", "INSP!R Ruanda"));
        await shared.NodeAsync(by, "national", "BI", Ct, ("fr", "INSP!R Burundi"));
        var zamuka = await shared.OrganisationAsync(owner, "ZAMUKA", Ct);
        var women = await shared.OrganisationAsync(owner, "Women's association", Ct, null, ("fr", "Association de femmes"), ("es", "Iniciativa de mujeres"));

        var drafts = await shared.DraftAsync(Outcomes.Substantiated(owner, by, (zamuka, owner), (women, owner)), Ct);

        var texts = drafts.Json["items"]!.AsArray().Single(draft => (string)draft!["node"]! == owner)!["languages"]!;
        Assert.Equal("Outcome confirmed: A national policy for the elderly", (string?)texts["en"]!["subject"]);
        Assert.Equal(
            """
            On 3 February 2026, INSP!R Burundi confirmed an outcome that our network, INSP!R Rwanda, had recorded:

            “A national policy for the elderly”

            It occurred in Rwanda on 1 May 2021.

            Contributions came from ZAMUKA and Women's association.

            INSP!R Burundi is independent of the network that recorded this outcome and of those that contributed to it.
            """, (string?)texts["en"]!["body"]);
        Assert.Equal("Résultat confirmé\u00a0: Une politique nationale pour les personnes âgées", (string?)texts["fr"]!["subject"]);
        Assert.Equal(
            """
            Le 3 février 2026, INSP!R Burundi a confirmé un résultat que notre réseau, INSP!R Rwanda, avait consigné_:

            «_Une politique nationale pour les personnes âgées_»

            Il s’est produit le 1er mai 2021 au Rwanda.

            Y ont contribué_: ZAMUKA et Association de femmes.

            Le réseau INSP!R Burundi est indépendant de celui qui a consigné ce résultat et de ceux qui y ont contribué.
            """.Replace('_', '\u00a0'), (string?)texts["fr"]!["body"]);
        // There is no title in Spanish: it stands in the language that it was written in, and says so.
        Assert.Equal("Resultado confirmado: Une politique nationale pour les personnes âgées (en francés)", (string?)texts["es"]!["subject"]);
        Assert.Equal(
            """
            El 3 de febrero de 2026, INSP!R Burundi confirmó un resultado que nuestra red, INSP!R Ruanda, había registrado:

            «Une politique nationale pour les personnes âgées» (en francés)

            Se produjo el 1 de mayo de 2021 en Rwanda.

            Contribuyeron a él ZAMUKA e Iniciativa de mujeres.

            La red INSP!R Burundi es independiente de la que registró este resultado y de las que contribuyeron a él.
            """, (string?)texts["es"]!["body"]);
    }

    [Fact]
    public async Task MainJob4_Drafts_OpenAsTheNodeStandsToTheOutcome()
    {
        var (owner, contributing, by) = (shared.NewNode(), shared.NewNode("asia"), shared.NewNode());

        var drafts = await shared.DraftAsync(Outcomes.Substantiated(owner, by, (await shared.OrganisationAsync(contributing, "Himal", Ct), contributing)), Ct);

        string Opening(string node, string language) =>
            ((string)drafts.Json["items"]!.AsArray().Single(draft => (string)draft!["node"]! == node)!["languages"]![language]!["body"]!).Split('\n')[0];
        Assert.Contains($"that our network, {owner}, had recorded", Opening(owner, "en"), StringComparison.Ordinal);
        Assert.Contains("auquel des membres de notre réseau ont contribué", Opening(contributing, "fr"), StringComparison.Ordinal);
        Assert.Contains($"nuestra red, {by}, confirmó", Opening(by, "es"), StringComparison.Ordinal);
        Assert.Contains($"{by} confirmed an outcome recorded by {owner}", Opening("insp1r.africa", "en"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task M11_Drafts_NameAMergedOrganisation_AsTheOneThatStandsForIt_AndOnce()
    {
        var (owner, by) = (shared.NewNode(), shared.NewNode());
        var survivor = await shared.OrganisationAsync(owner, "Survivor", Ct);
        var merged = await shared.OrganisationAsync(owner, "Duplicate", Ct);
        await shared.Broker.SendAsync(new OrganisationMerged(
            new OrganisationState(merged, 2, owner, "Duplicate", new Dictionary<string, string>(StringComparer.Ordinal), null, "RW", ["cooperative"], null, "merged", []), survivor), Ct);
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from member_organisation where merged_into = $1", Ct, survivor) == 1, "the merge is known", Ct);

        var drafts = await shared.DraftAsync(Outcomes.Substantiated(owner, by, (merged, owner), (survivor, owner)), Ct);

        var body = (string)drafts.Json["items"]!.AsArray().Single(draft => (string)draft!["node"]! == owner)!["languages"]!["en"]!["body"]!;
        Assert.Contains("Contributions came from Survivor.", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Duplicate", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MainJob4_Drafts_NameTheNodesOwnOrganisations_AndCountThoseOfOthers()
    {
        var (owner, contributing, by) = (shared.NewNode(), shared.NewNode("asia"), shared.NewNode());
        await shared.NodeAsync(owner, "national", "RW", Ct, ("en", "INSP!R Rwanda"), ("es", "INSP!R Ruanda"));
        await shared.NodeAsync(contributing, "national", "NP", Ct, ("en", "INSP!R Nepal"), ("fr", "INSP!R Népal"));
        var zamuka = await shared.OrganisationAsync(owner, "ZAMUKA", Ct);
        var syndicate = await shared.OrganisationAsync(owner, "Syndicate", Ct);
        var nepali = await shared.OrganisationAsync(contributing, "Himal", Ct);

        var drafts = await shared.DraftAsync(Outcomes.Substantiated(owner, by, (zamuka, owner), (syndicate, owner), (nepali, contributing)), Ct);

        Assert.Equal("Contributions came from ZAMUKA, Syndicate and a member of INSP!R Nepal.", Contributions(owner, "en"));
        Assert.Equal("Y ont contribué\u00a0: ZAMUKA, Syndicate et un membre du réseau INSP!R Népal.", Contributions(owner, "fr"));
        Assert.Equal("Contribuyeron a él ZAMUKA, Syndicate y un miembro de la red INSP!R Nepal.", Contributions(owner, "es"));
        Assert.Equal("Contributions came from Himal and 2 members of INSP!R Rwanda.", Contributions(contributing, "en"));
        Assert.Equal("Y ont contribué\u00a0: Himal et 2 membres du réseau INSP!R Rwanda.", Contributions(contributing, "fr"));
        Assert.Equal("Contribuyeron a él Himal y 2 miembros de la red INSP!R Ruanda.", Contributions(contributing, "es"));
        Assert.Equal("Contributions came from 2 members of INSP!R Rwanda and a member of INSP!R Nepal.", Contributions(by, "en"));
        Assert.Equal("Contributions came from ZAMUKA, Syndicate and a member of INSP!R Nepal.", Contributions("insp1r.africa", "en"));
        Assert.Equal("Contributions came from Himal and 2 members of INSP!R Rwanda.", Contributions("insp1r.asia", "en"));
        Assert.Equal("Contributions came from ZAMUKA, Syndicate and Himal.", Contributions("insp1r", "en"));
        // Nowhere in it, in no language.
        Assert.DoesNotMatch("ZAMUKA|Syndicate|Himal", Of(by).ToJsonString());

        JsonNode Of(string node) => drafts.Json["items"]!.AsArray().Single(draft => (string)draft!["node"]! == node)!["languages"]!;
        string Contributions(string node, string language) => ((string)Of(node)[language]!["body"]!).Split("\n\n")[^2];
    }

    [Fact]
    public async Task MainJob4_Drafts_ForAnotherNetwork_CountOneMember_InTheSingular()
    {
        var (owner, by) = (shared.NewNode(), shared.NewNode());

        var drafts = await shared.DraftAsync(Outcomes.Substantiated(owner, by, (await shared.OrganisationAsync(owner, "ZAMUKA", Ct), owner)), Ct);

        var texts = drafts.Json["items"]!.AsArray().Single(draft => (string)draft!["node"]! == by)!["languages"]!;
        Assert.Contains($"\n\nContributions came from a member of {owner}.\n\n", (string)texts["en"]!["body"]!, StringComparison.Ordinal);
        Assert.Contains($"\n\nY ont contribué\u00a0: un membre du réseau {owner}.\n\n", (string)texts["fr"]!["body"]!, StringComparison.Ordinal);
        Assert.Contains($"\n\nContribuyó a él un miembro de la red {owner}.\n\n", (string)texts["es"]!["body"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I2_OutcomeThatArrivesBeforeItsNodesAndOrganisations_WaitsForThem_AndNamesThem()
    {
        var (owner, by) = (shared.NewNode(), $"insp1r.africa.x{Guid.NewGuid():N}");
        var zamuka = Guid.CreateVersion7();
        var happened = Outcomes.Substantiated(owner, by, (zamuka, owner));

        await shared.Broker.SendAsync(happened, Ct);
        // What came after it is drafted; it is not.
        await BarrierAsync();
        Assert.Equal(0L, await shared.AnnouncementsOfAsync(happened.State.Id, Ct));
        // It waits outside of a transaction.
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where backend_xid is not null and datname = current_database()", Ct) == 0, "nothing is open", Ct);
        await shared.OrganisationAsync(owner, "ZAMUKA", Ct, id: zamuka);
        await shared.NodeAsync(by, "national", "BI", Ct, ("en", "INSP!R Burundi"));

        var drafts = await shared.DraftedAsync(happened, Ct);
        var body = (string)drafts.Json["items"]!.AsArray().Single(draft => (string)draft!["node"]! == owner)!["languages"]!["en"]!["body"]!;
        Assert.Contains("INSP!R Burundi confirmed an outcome", body, StringComparison.Ordinal);
        Assert.Contains("Contributions came from ZAMUKA.", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I2_OutcomeWhoseNodesAndOrganisationsNeverArrive_IsDraftedWithoutTheirNames()
    {
        await using var own = await OwnService.StartAsync(shared, "impatient", Ct, settings: ("Drafting:Patience", "00:00:01"));
        var happened = Outcomes.Substantiated("insp1r.africa.rw", "insp1r.africa.never", (Guid.CreateVersion7(), "insp1r.africa.rw"));

        await own.Broker.SendAsync(happened, Ct);

        await own.HasAsync(4, Ct);
        var body = await Shared.ScalarAsync<string>(own.Database, "select languages->'en'->>'body' from announcement where node = 'insp1r.africa.rw'", Ct);
        Assert.Contains("insp1r.africa.never confirmed an outcome", body, StringComparison.Ordinal);
        Assert.Contains("Contributions came from a member of insp1r.africa.rw.", body, StringComparison.Ordinal);
        Assert.Equal(0, await own.ErrorsAsync(Ct));
    }

    [Fact]
    public async Task MainJob4_Drafts_OfAnOutcomeAboveTheCountries_SayWhenAndNotWhere()
    {
        var happened = Outcomes.Substantiated("insp1r.africa", shared.NewNode("asia"));

        var drafts = await shared.DraftAsync(happened with { State = happened.State with { Country = null } }, Ct);

        var body = (string)drafts.Json["items"]!.AsArray().First()!["languages"]!["en"]!["body"]!;
        Assert.Contains("\n\nIt occurred on 1 May 2021.\n\n", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Contributions", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I2_MessageThatComesTwice_AndTwiceAtOnce_HasItsEffectOnce()
    {
        var happened = Outcomes.Substantiated(shared.NewNode(), shared.NewNode());
        var item = PackItem.Of(happened);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shared.Broker.SendAsync(Substantiated, [item], Ct)));
        await shared.Broker.SendAsync(Substantiated, [item, item], Ct);
        // What comes after them is handled, so they are.
        await BarrierAsync();

        Assert.Equal(4L, await shared.AnnouncementsOfAsync(happened.State.Id, Ct));
        Assert.Equal(
            4L, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'communications.announcement-drafted.v1' and payload->'state'->>'outcomeId' = $1", Ct, $"{happened.State.Id}"));
    }

    [Theory]
    [InlineData(true, 0L)]
    [InlineData(false, 4L)]
    public async Task I2_MessageWhoseTwinIsAtWork_WaitsForIt_AndActsOnlyIfTheTwinFailed(bool twinCommits, long expected)
    {
        var happened = Outcomes.Substantiated(shared.NewNode(), shared.NewNode());
        var item = PackItem.Of(happened);
        await using var connection = new NpgsqlConnection($"{shared.Database};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var twin = await connection.BeginTransactionAsync(Ct);
        await using (var insert = new NpgsqlCommand("insert into inbox_message (message_id, consumer) values ($1, $2)", connection, twin))
        {
            insert.Parameters.AddWithValue(item.Id);
            insert.Parameters.AddWithValue(Queue);
            await insert.ExecuteNonQueryAsync(Ct);
        }

        await shared.Broker.SendAsync(Substantiated, [item], Ct);
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(*) from pg_locks where not granted and locktype = 'transactionid'", Ct) == 1, "the second waits for the first", Ct);
        Assert.Equal(0L, await shared.AnnouncementsOfAsync(happened.State.Id, Ct));
        await (twinCommits ? twin.CommitAsync(Ct) : twin.RollbackAsync(Ct));

        if (!twinCommits)
            await Until.TrueAsync(async () => await shared.AnnouncementsOfAsync(happened.State.Id, Ct) > 0, "the second acted", Ct);
        await BarrierAsync();
        Assert.Equal(expected, await shared.AnnouncementsOfAsync(happened.State.Id, Ct));
    }

    [Fact]
    public async Task PoisonEvent_GoesToTheErrorQueueAlone_ItsNeighboursAreDrafted_AndAReplayDraftsIt()
    {
        await using var own = await OwnService.StartAsync(shared, "poison", Ct);
        var outcomes = Enumerable.Range(0, 5).Select(_ => Outcomes.Substantiated(shared.NewNode(), shared.NewNode())).ToList();
        var poisoned = outcomes[2].State.Id;
        await own.ExecuteAsync($"""
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''not this one''; end';
            create trigger refuse before insert on announcement for each row when (new.outcome_id = '{poisoned}') execute function refuse();
            """, Ct);

        await own.Broker.SendAsync(Substantiated, [.. outcomes.Select(PackItem.Of)], Ct);

        await Until.TrueAsync(async () => await own.ErrorsAsync(Ct) == 1, "one message failed", Ct);
        Assert.Equal(4 * 4L, await Shared.ScalarAsync<long>(own.Database, "select count(*) from announcement", Ct));
        Assert.Equal(4L, await Shared.ScalarAsync<long>(own.Database, "select count(*) from inbox_message", Ct));
        var failed = Assert.Single((await own.Operator.GetAsync($"/api/v1/operations/communications/errors/{Queue}", Ct)).Expect(200).Json["items"]!.AsArray())!;
        Assert.Equal((1, Substantiated), ((int)failed["events"]!, (string?)failed["eventType"]));
        Assert.Contains("not this one", (string)failed["reason"]!, StringComparison.Ordinal);

        await own.ExecuteAsync("drop trigger refuse on announcement", Ct);
        Assert.Equal(1, (int)(await own.Operator.PostAsync($"/api/v1/operations/communications/errors/{Queue}/replay", null, Ct)).Expect(200).Json["rows"]!);
        await Until.TrueAsync(
            async () => await Shared.ScalarAsync<long>(own.Database, "select count(*) from announcement where outcome_id = $1", Ct, poisoned) == 4, "the mended one is drafted", Ct);
        Assert.Equal(0, await own.ErrorsAsync(Ct));
    }

    [Fact]
    public async Task I2_BrokerAndPostgresStoppedAndStarted_WhileAdvocacyWrites_EachOutcomeIsDraftedOnce()
    {
        await using var rabbitMq = await RabbitMqServer.StartAsync(Ct);
        await using var postgres = await PostgresServer.StartAsync(Ct);
        await using var own = await OwnService.StartAsync(shared, "faults", Ct, postgres, rabbitMq);
        await using var advocacy = await own.StartAdvocacyAsync(Ct);
        var outcomes = Enumerable.Range(0, 300).Select(_ => Outcomes.Substantiated("insp1r.africa.rw", "insp1r.africa.bi")).ToList();

        var writes = WriteAsync(advocacy, outcomes);
        await own.HasAsync(1, Ct);
        await postgres.StopAsync(Ct);
        await postgres.StartAgainAsync(Ct);
        await rabbitMq.StopAsync(Ct);
        await rabbitMq.StartAgainAsync(Ct);
        await writes;

        await Until.TrueAsync(
            async () => await Shared.ScalarAsync<long>(own.Database, "select count(distinct outcome_id) from announcement", Ct) == outcomes.Count,
            "every outcome is drafted", Ct, TimeSpan.FromSeconds(120));
        Assert.Equal(outcomes.Count * 4L, await Shared.ScalarAsync<long>(own.Database, "select count(*) from announcement", Ct));
        Assert.Equal(outcomes.Count * 4L, await Shared.ScalarAsync<long>(own.Database, "select count(*) from change_log", Ct));
        Assert.Equal(0, await own.ErrorsAsync(Ct));
    }

    [Fact]
    public async Task I2_LogReplayed_DraftsNothingTwice()
    {
        await using var own = await OwnService.StartAsync(shared, "replay", Ct);
        await using var advocacy = await own.StartAdvocacyAsync(Ct);
        var outcomes = Enumerable.Range(0, 10).Select(_ => Outcomes.Substantiated("insp1r.africa.rw", "insp1r.africa.bi")).ToList();
        await advocacy.SayAsync(outcomes, Ct);
        await own.HasAsync(40, Ct);

        Assert.Equal(10, (int)(await advocacy.Operator.PostAsync("/api/v1/operations/advocacy/log/replay", new { }, Ct)).Expect(200).Json["rows"]!);
        var last = Outcomes.Substantiated("insp1r.africa.rw", "insp1r.africa.bi");
        await advocacy.SayAsync(last, Ct);

        await own.HasAsync(44, Ct);
        Assert.Equal(44L, await Shared.ScalarAsync<long>(own.Database, "select count(*) from announcement", Ct));
    }

    private static async Task WriteAsync(NeighbourService advocacy, IReadOnlyList<OutcomeSubstantiated> outcomes)
    {
        foreach (var happened in outcomes)
            await advocacy.SayAsync(happened, Ct);
    }

    private async Task BarrierAsync()
    {
        // More than the queue hands out at once.
        var after = Enumerable.Range(0, 10).Select(_ => Outcomes.Substantiated(shared.NewNode(), shared.NewNode())).ToList();
        foreach (var happened in after)
            await shared.Broker.SendAsync(happened, Ct);
        var ids = after.Select(happened => happened.State.Id).ToArray();
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(distinct outcome_id) from announcement where outcome_id = any($1)", Ct, ids) == ids.Length, "the queue is drained", Ct);
    }
}

/// <summary>A service with a database and a virtual host of its own, for tests that break something.</summary>
internal sealed class OwnService : IAsyncDisposable
{
    private readonly Shared _shared;
    private readonly string _name;
    private readonly Uri _address;
    private readonly CommunicationsApp _app;

    private OwnService(Shared shared, string name, string database, Uri address, CommunicationsApp app, BrokerClient broker) =>
        (_shared, _name, Database, _address, _app, Broker) = (shared, name, database, address, app, broker);

    public string Database { get; }
    public BrokerClient Broker { get; }
    public Api Operator => _app.As("operator@insp1r");

    public static async Task<OwnService> StartAsync(
        Shared shared, string name, CancellationToken ct, PostgresServer? postgres = null, RabbitMqServer? rabbitMq = null, params (string Name, string Value)[] settings)
    {
        var database = await (postgres ?? shared.Postgres).CreateDatabaseAsync($"communications_{name}", ct);
        var address = await (rabbitMq ?? shared.RabbitMq).CreateHostAsync(name, ct);
        var app = CommunicationsApp.Start(database, address, settings);
        await Shared.QueuesStandAsync(app, ct);
        await Shared.AddNodesAsync(database, ct);
        return new OwnService(shared, name, database, address, app, await BrokerClient.ConnectAsync(address, ct));
    }

    public async Task<NeighbourService> StartAdvocacyAsync(CancellationToken ct) =>
        await NeighbourService.StartAsync("advocacy", await _shared.Postgres.CreateDatabaseAsync($"advocacy_{_name}", ct), _address, ct);

    public async Task ExecuteAsync(string sql, CancellationToken ct) => await Shared.ScalarAsync<object>(Database, sql, ct);

    public async Task<int> ErrorsAsync(CancellationToken ct) =>
        (int)(await Operator.GetAsync("/api/v1/operations/communications/errors", ct)).Expect(200).Json["communications.announcements"]!;

    public Task HasAsync(int announcements, CancellationToken ct) => Until.TrueAsync(
        async () => await Shared.ScalarAsync<long>(Database, "select count(*) from announcement", ct) >= announcements, $"{announcements} announcements are drafted", ct);

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await _app.DisposeAsync();
    }
}
