using System.Text.Json.Nodes;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Affiliations;

/// <summary>Memberships: how they begin, move and end, and what goes with them.</summary>
public sealed class AffiliationTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // What may follow on what (features.md, M4), written down once more by hand.
    [Theory]
    [InlineData("applied", "admitted withdrawn")]
    [InlineData("admitted", "active withdrawn lapsed")]
    [InlineData("active", "suspended withdrawn excluded lapsed")]
    [InlineData("suspended", "active withdrawn excluded lapsed")]
    [InlineData("withdrawn", "")]
    [InlineData("excluded", "")]
    [InlineData("lapsed", "")]
    public void M4_Status_MovesOnlyTo(string from, string to) =>
        Assert.Equal(to.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), AffiliationStatus.All.Where(next => AffiliationStatus.CanMove(from, next)).Order());

    [Fact]
    public async Task M4_Decisions_MoveTheStatusAndAreKept()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Decided", Ct)).Expect(201).Id;

        (await MoveAsync(network, id, "active", "not suspended")).IsProblem(409, "illegal-transition");
        Assert.Equal("suspended", (string?)(await MoveAsync(network, id, "suspended", "no dues")).Expect(200).Json["status"]);
        (await MoveAsync(network, id, "suspended", "again")).IsProblem(409, "illegal-transition");
        Assert.Equal("active", (string?)(await MoveAsync(network, id, "active", "paid")).Expect(200).Json["status"]);
        var ended = (await MoveAsync(network, id, "withdrawn", "left")).Expect(200).Json;
        Assert.Equal(("withdrawn", $"{DateTime.UtcNow:yyyy-MM-dd}", false), ((string?)ended["status"], (string?)ended["until"], (bool)ended["mayVote"]!));
        foreach (var next in AffiliationStatus.All)
            (await MoveAsync(network, id, next, "gone")).IsProblem(409, "illegal-transition");

        var moves = (await network.Reader.GetAsync(Moves(network, id), Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(["suspended", "active", "withdrawn"], moves.Select(move => (string?)move!["status"]));
        Assert.Equal(["no dues", "paid", "left"], moves.Select(move => (string?)move!["reason"]));
        Assert.All(moves, move => Assert.Equal(("General assembly", $"steward-{network.Ns}", false), ((string?)move!["decidedBy"], (string?)move["recordedBy"], (bool)move["isCorrection"]!)));
        Assert.Equal("withdrawn", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);
        Assert.Equal(
            "organisation-registered.v1,organisation-suspended.v1,organisation-reinstated.v1,organisation-withdrawn.v1",
            await shared.ScalarAsync<string>("select string_agg(replace(type, 'membership.', ''), ',' order by subject_version) from change_log where subject_id = $1", Ct, id));
        Assert.Equal(3, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'membership.affiliation-moved.v1' and payload -> 'state' ->> 'organisationId' = $1", Ct, $"{id}"));
    }

    [Fact]
    public async Task M4_OnlyAStewardDecides()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Undecided", Ct)).Expect(201).Id;

        (await network.Contributor.PostAsync(Moves(network, id), Decision("suspended", "r"), Ct)).IsProblem(403, "forbidden");
        var invalid = (await network.Steward.PostAsync(Moves(network, id), new { reason = "", decidedBy = "", decidedOn = "2999-01-01", to = "gone", category = "best", effective = "2020-01-01" }, Ct)).IsProblem(422, "invalid");
        Assert.Equal(
            ["/reason required", "/decidedBy required", "/decidedOn out-of-range", "/effective needs-correction", "/to unknown-status", "/category unknown-category"], invalid.Faults());
        Assert.Equal(["/to required"], (await network.Steward.PostAsync(Moves(network, id), new { reason = "r", decidedBy = "b", decidedOn = "2024-01-01" }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(1, (await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Version);
    }

    [Fact]
    public async Task M4_WhoAppliesAgain_BeginsANewPeriod()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Left and returned", Ct)).Expect(201).Id;
        (await StartAsync(network.Steward, id, network.Node)).IsProblem(409, "affiliation-exists");
        (await MoveAsync(network, id, "excluded", "statutes")).Expect(200);

        // An application is noted by who keeps contacts; that somebody is a member is decided.
        (await StartAsync(network.Contributor, id, network.Node, status: "active")).IsProblem(403, "outside-your-nodes");
        (await StartAsync(network.Contributor, id, network.Node, status: "applied")).Expect(201);
        Assert.Equal("applied", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);
        foreach (var next in (string[])["admitted", "active"])
            (await MoveAsync(network, id, next, "assembly")).Expect(200);

        var periods = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(["excluded", "active"], periods.Select(period => (string?)period!["status"]));
        Assert.Equal([true, false], periods.Select(period => period!["until"] is not null));
        Assert.Equal(["excluded", "admitted", "active"], (await network.Reader.GetAsync(Moves(network, id), Ct)).Json["items"]!.AsArray().Select(move => (string?)move!["status"]));
    }

    [Fact]
    public async Task M4_FurtherMembership_BeginsWhenTheLastOneHadEnded_AndIsTheOneThatMoves()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Left and returned", Ct, since: "2015-01-01")).Expect(201).Id;
        (await network.Steward.PostAsync(Moves(network, id), Dated("withdrawn", "2020-01-01"), Ct)).Expect(200);

        foreach (var since in (string[])["2010-01-01", "2018-01-01", "2019-12-31"])
            Assert.Equal(["/since out-of-range"], (await StartAsync(network.Steward, id, network.Node, since: since)).IsProblem(422, "invalid").Faults());
        (await StartAsync(network.Steward, id, network.Node, since: "2020-01-01")).Expect(201);
        (await MoveAsync(network, id, "withdrawn", "left again")).Expect(200);

        var periods = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([("2015-01-01", "2020-01-01"), ("2020-01-01", $"{DateTime.UtcNow:yyyy-MM-dd}")], periods.Select(p => ((string?)p!["since"], (string?)p["until"])));
        Assert.Equal("withdrawn", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);
    }

    [Fact]
    public async Task M4_MembershipBegunOnTheDayOfTheLastOnesEnd_IsTheOneThatCounts()
    {
        var network = await shared.NewNetworkAsync(Ct);
        // Synced records' affiliations have ids that say nothing of their order.
        var ids = (await network.PushAsync(Enumerable.Range(0, 8).Select(i => network.Item($"{i}")), Ct)).Expect(200).Json["results"]!.AsArray().Select(r => Guid.Parse((string)r!["id"]!)).ToArray();
        foreach (var id in ids)
        {
            (await MoveAsync(network, id, "withdrawn", "left")).Expect(200);
            (await StartAsync(network.Steward, id, network.Node)).Expect(201);
            (await MoveAsync(network, id, "suspended", "no dues")).Expect(200);
            Assert.Equal("suspended", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);
            Assert.Equal("suspended", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}?asOf={DateTime.UtcNow:yyyy-MM-dd}", Ct)).Json["status"]);
        }
    }

    [Fact]
    public async Task M4_MoveRecordedByMistake_IsTakenBack_AndStaysOnRecord()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Mistaken", Ct)).Expect(201).Id;
        (await MoveAsync(network, id, "suspended", "right")).Expect(200);
        (await MoveAsync(network, id, "excluded", "wrong file")).Expect(200);
        var moves = (await network.Reader.GetAsync(Moves(network, id), Ct)).Json["items"]!.AsArray().Select(move => (string)move!["id"]!).ToArray();

        (await network.Steward.PostAsync($"{Moves(network, id)}/{moves[0]}/revocation", new { reason = "x" }, Ct)).IsProblem(409, "move-not-last");
        var back = (await network.Steward.PostAsync($"{Moves(network, id)}/{moves[1]}/revocation", new { reason = "It was another organisation" }, Ct)).Expect(200).Json;
        (await network.Steward.PostAsync($"{Moves(network, id)}/{moves[1]}/revocation", new { reason = "x" }, Ct)).IsProblem(409, "move-not-last");
        (await network.Steward.PostAsync($"{Moves(network, id)}/{Guid.NewGuid()}/revocation", new { reason = "x" }, Ct)).IsProblem(404, "not-found");

        Assert.Equal(("suspended", null), ((string?)back["status"], (string?)back["until"]));
        Assert.Equal("suspended", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);
        var kept = (await network.Reader.GetAsync(Moves(network, id), Ct)).Json["items"]!.AsArray();
        Assert.Equal([null, "It was another organisation"], kept.Select(move => (string?)move!["revokedReason"]));
    }

    [Fact]
    public async Task M5_SeveralAffiliations_AreIndependent()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Union in several networks", Ct)).Expect(201).Id;
        using var africa = shared.App.As("africa-steward", "steward@insp1r.africa");

        (await StartAsync(network.Steward, id, "insp1r.africa")).IsProblem(403, "outside-your-nodes");
        (await StartAsync(africa, id, "insp1r.africa", since: "2014-05-01")).Expect(201);
        (await StartAsync(shared.Steward, id, "insp1r", category: "strategic-partner")).Expect(201);
        (await africa.PostAsync($"/api/v1/organisations/{id}/affiliations/insp1r.africa/moves", Decision("lapsed", "No fees since 2024"), Ct)).Expect(200);

        var affiliations = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray()
            .ToDictionary(a => (string)a!["node"]!, a => ((string?)a!["category"], (string?)a["status"], (bool)a["mayVote"]!), StringComparer.Ordinal);
        Assert.Equal(("full", "active", true), affiliations[network.Node]);
        Assert.Equal(("full", "lapsed", false), affiliations["insp1r.africa"]);
        Assert.Equal(("strategic-partner", "active", false), affiliations["insp1r"]);
        Assert.Equal("active", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);
        var listed = (await africa.GetAsync("/api/v1/affiliations?node=insp1r.africa&status=lapsed&limit=500", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Contains($"{id}", listed.Select(a => (string?)a!["organisationId"]));
        Assert.All(listed, a => Assert.Equal("lapsed", (string?)a!["status"]));
    }

    [Fact]
    public async Task M6_Category_DecidesOnVoteAndSignature_AndChangesByDecision()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Observer at first", Ct, category: "observer")).Expect(201).Id;
        Assert.Equal((false, false), await RightsAsync(network, id));

        (await network.Steward.PostAsync(Moves(network, id), new { category = "full", reason = "Statutes, Art. 4", decidedBy = "General assembly", decidedOn = "2026-03-01" }, Ct)).Expect(200);
        Assert.Equal((true, true), await RightsAsync(network, id));
        (await MoveAsync(network, id, "suspended", "no dues")).Expect(200);
        Assert.Equal((false, false), await RightsAsync(network, id));
    }

    [Fact]
    public async Task M7_Affiliates_StandThroughTheirFederation_AndCountApart()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct)).Expect(201).Id;
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation)).Expect(201).Id;
        Assert.Equal(["/throughId unknown-federation"], (await network.RegisterAsync("Of an affiliate", Ct, through: affiliate)).IsProblem(422, "invalid").Faults());

        var counts = (await network.Reader.GetAsync("/api/v1/affiliations/counts", Ct)).Expect(200).Json;
        Assert.Equal((2, 1, 1), ((int)counts["distinctOrganisations"]!, (int)counts["directMembers"]!, (int)counts["inheritedMembers"]!));

        (await MoveAsync(network, federation, "withdrawn", "left")).Expect(200);
        Assert.Equal("lapsed", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{affiliate}", Ct)).Json["status"]);
        Assert.Equal(0, (int)(await network.Reader.GetAsync("/api/v1/affiliations/counts", Ct)).Json["distinctOrganisations"]!);
    }

    [Fact]
    public async Task M7_AffiliatesPeople_SeeTheNetwork_AsLongAsTheirFederationIsAMember()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct)).Expect(201).Id;
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation)).Expect(201).Id;
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        var role = (await network.Contributor.PostAsync($"/api/v1/persons/{somebody.Person}/roles", new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = affiliate }, Ct)).Expect(201).Id;
        var asInvited = (await network.Steward.GetAsync($"/api/v1/accounts/{somebody.Account}", Ct)).Expect(200).Json["grants"]![0]!["id"];
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants", new { grant = $"reader@{network.Node}", personRoleId = role }, Ct)).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants/{asInvited}/end", null, Ct)).Expect(200);
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var api = app.With(tokens);
        Assert.Equal(["Affiliate", "Federation"], (await api.GetAsync("/api/v1/organisations", Ct)).Names().Order());

        (await MoveAsync(network, federation, "withdrawn", "left")).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        using var fresh = app.With((await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).Expect(200).Json);
        (await fresh.GetAsync("/api/v1/organisations", Ct)).IsProblem(403, "forbidden");
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task M7_AffiliatesEnd_WithTheirFederation_NotBeforeWhatWasDecidedOfThem()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct, since: "2015-01-01")).Expect(201).Id;
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation, since: "2016-01-01")).Expect(201).Id;
        (await network.Steward.PostAsync(Moves(network, affiliate), Dated("suspended", "2024-05-01"), Ct)).Expect(200);

        (await network.Steward.PostAsync(Moves(network, federation), Dated("withdrawn", "2022-01-01"), Ct)).Expect(200);

        var now = (await network.Reader.GetAsync($"/api/v1/organisations/{affiliate}/affiliations", Ct)).Expect(200).Json["items"]![0]!;
        Assert.Equal(("lapsed", "2024-05-01"), ((string?)now["status"], (string?)now["until"]));
        foreach (var (day, status, until) in ((string, string, string?)[])[("2024-04-30", "active", null), ("2024-05-01", "lapsed", "2024-05-01"), ($"{DateTime.UtcNow:yyyy-MM-dd}", "lapsed", "2024-05-01")])
        {
            var then = (await network.Reader.GetAsync($"/api/v1/organisations/{affiliate}/affiliations?asOf={day}", Ct)).Expect(200).Json["items"]![0]!;
            Assert.Equal((day, status, until), (day, (string?)then["status"], (string?)then["until"]));
        }
    }

    [Fact]
    public async Task M7_FederationsEndTakenBack_TakesBackTheEndsItCaused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct, since: "2015-01-01")).Expect(201).Id;
        var suspended = (await network.RegisterAsync("Suspended", Ct, through: federation)).Expect(201).Id;
        var ended = (await network.RegisterAsync("Ended before", Ct, through: federation)).Expect(201).Id;
        var returned = (await network.RegisterAsync("Came back by itself", Ct, through: federation)).Expect(201).Id;
        (await MoveAsync(network, suspended, "suspended", "no dues")).Expect(200);
        (await MoveAsync(network, ended, "withdrawn", "left")).Expect(200);
        (await MoveAsync(network, federation, "excluded", "wrong file")).Expect(200);
        (await StartAsync(network.Steward, returned, network.Node)).Expect(201);
        var mistake = (string)(await network.Reader.GetAsync(Moves(network, federation), Ct)).Json["items"]![0]!["id"]!;

        (await network.Steward.PostAsync($"{Moves(network, federation)}/{mistake}/revocation", new { reason = "It was another organisation" }, Ct)).Expect(200);

        Assert.Equal(
            ["active", "suspended", "withdrawn", "active"],
            await Task.WhenAll(((Guid[])[federation, suspended, ended, returned]).Select(async id => (string)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]!)));
        var kept = (await network.Reader.GetAsync(Moves(network, suspended), Ct)).Json["items"]!.AsArray();
        Assert.Equal([("suspended", null), ("lapsed", "It was another organisation")], kept.Select(move => ((string?)move!["status"], (string?)move["revokedReason"])));
        var periods = (await network.Reader.GetAsync($"/api/v1/organisations/{returned}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([("lapsed", true), ("active", false)], periods.Select(p => ((string?)p!["status"], p["throughId"] is not null)));
        // The last of the reinstated one's events is that it stands as before.
        Assert.Equal("suspended", await shared.ScalarAsync<string>("select payload -> 'state' ->> 'status' from change_log where subject_id = $1 and type like 'membership.organisation-%' order by subject_version desc limit 1", Ct, suspended));
    }

    [Theory]
    [InlineData("register")]
    [InlineData("start")]
    public async Task M7_NothingBeginsThroughAFederation_WhoseMembershipEndsMeanwhile(string how)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct)).Expect(201).Id;
        var left = (await network.RegisterAsync("Left", Ct)).Expect(201).Id;
        (await MoveAsync(network, left, "withdrawn", "left")).Expect(200);
        await using var ending = await EndingAsync(federation);

        var beginning = how == "register"
            ? network.RegisterAsync("Late", Ct, through: federation)
            : network.Steward.PostAsync($"/api/v1/organisations/{left}/affiliations", new { node = network.Node, throughId = federation }, Ct);
        await Held.WaitedForAsync(shared, 1, Ct);
        await ending.CommitAsync(Ct);

        Assert.Equal(["/throughId unknown-federation"], (await beginning).IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task M4_MoveOfAnEarlierPeriod_SaysSo_AndStays()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Left and returned", Ct)).Expect(201).Id;
        (await MoveAsync(network, id, "withdrawn", "left")).Expect(200);
        (await StartAsync(network.Steward, id, network.Node)).Expect(201);
        (await MoveAsync(network, id, "suspended", "no dues")).Expect(200);

        var moves = (await network.Reader.GetAsync(Moves(network, id), Ct)).Expect(200).Json["items"]!.AsArray();
        var periods = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(["withdrawn", "suspended"], periods.Select(p => (string?)moves.Single(m => (string?)m!["affiliationId"] == (string?)p!["id"])!["status"]));
        var refused = (await network.Steward.PostAsync($"{Moves(network, id)}/{moves[0]!["id"]}/revocation", new { reason = "r" }, Ct)).IsProblem(409, "move-not-last");
        Assert.Contains("earlier membership", (string?)refused.Json["detail"], StringComparison.Ordinal);
        var other = (await network.RegisterAsync("Another", Ct)).Expect(201).Id;
        (await network.Steward.PostAsync($"{Moves(network, other)}/{moves[0]!["id"]}/revocation", new { reason = "r" }, Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task M7_EndOfAnAffiliate_IsNotTakenBack_WhereItsFederationIsNoMember()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct)).Expect(201).Id;
        var left = (await network.RegisterAsync("Left before", Ct, through: federation)).Expect(201).Id;
        var lapsed = (await network.RegisterAsync("Lapsed with it", Ct, through: federation)).Expect(201).Id;
        (await MoveAsync(network, left, "withdrawn", "left")).Expect(200);
        (await MoveAsync(network, federation, "withdrawn", "left")).Expect(200);

        foreach (var affiliate in (Guid[])[left, lapsed])
        {
            (await RevokeLastAsync(network, affiliate)).IsProblem(409, "federation-not-member");
            Assert.NotEqual("active", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{affiliate}", Ct)).Json["status"]);
        }

        (await RevokeLastAsync(network, federation)).Expect(200);
        Assert.Equal("active", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{lapsed}", Ct)).Json["status"]);
        (await RevokeLastAsync(network, left)).Expect(200);
    }

    [Fact]
    public async Task M7_EndOfAnAffiliate_IsNotTakenBack_WhileItsFederationsMembershipEnds()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = (await network.RegisterAsync("Federation", Ct)).Expect(201).Id;
        var left = (await network.RegisterAsync("Left", Ct, through: federation)).Expect(201).Id;
        (await MoveAsync(network, left, "withdrawn", "left")).Expect(200);
        await using var ending = await EndingAsync(federation);

        var back = RevokeLastAsync(network, left);
        await Held.WaitedForAsync(shared, 1, Ct);
        await ending.CommitAsync(Ct);

        (await back).IsProblem(409, "federation-not-member");
    }

    private static async Task<Answer> RevokeLastAsync(Network network, Guid id)
    {
        var last = (await network.Reader.GetAsync(Moves(network, id), Ct)).Expect(200).Json["items"]!.AsArray()[^1]!["id"];
        return await network.Steward.PostAsync($"{Moves(network, id)}/{last}/revocation", new { reason = "By mistake" }, Ct);
    }

    // A federation's membership ends: all is said but the commit.
    private Task<Held> EndingAsync(Guid federation) => Held.AfterAsync(shared.Database, $"""
        select 1 from member_organisation where id = '{federation}' for update;
        with ended as (update affiliation set status = 'withdrawn', until = current_date, version = version + 1 where organisation_id = '{federation}' returning id)
        insert into affiliation_move (id, affiliation_id, effective, status, category, reason, decided_by, decided_on, is_correction, recorded_by, recorded_at)
        select gen_random_uuid(), id, current_date, 'withdrawn', 'full', 'r', 'b', current_date, false, 'test', now() from ended
        """, Ct);

    private static object Dated(string to, string effective) => new { to, effective, correction = true, reason = "r", decidedBy = "General assembly", decidedOn = effective };

    private static string Moves(Network network, Guid id) => $"/api/v1/organisations/{id}/affiliations/{network.Node}/moves";

    private static object Decision(string to, string reason) => new { to, reason, decidedBy = "General assembly", decidedOn = "2026-03-01" };

    private static Task<Answer> MoveAsync(Network network, Guid id, string to, string reason) => network.Steward.PostAsync(Moves(network, id), Decision(to, reason), Ct);

    private static Task<Answer> StartAsync(Api api, Guid id, string node, string category = "full", string status = "active", string? since = null) =>
        api.PostAsync($"/api/v1/organisations/{id}/affiliations", new { node, category, status, since }, Ct);

    private static async Task<(bool, bool)> RightsAsync(Network network, Guid id)
    {
        var home = (JsonNode)(await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]![0]!;
        return ((bool)home["mayVote"]!, (bool)home["maySignOn"]!);
    }
}
