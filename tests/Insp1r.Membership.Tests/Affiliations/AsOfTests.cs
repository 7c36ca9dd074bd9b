using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests.Affiliations;

/// <summary>What held on a day, and what was known of it (features.md, M2 and M3).</summary>
public sealed class AsOfTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Today => $"{DateTime.UtcNow:yyyy-MM-dd}";

    [Theory]
    [InlineData("asOf=9999-12-31")]
    [InlineData("knownOn=9999-12-31")]
    [InlineData("asOf=1066-10-14")]
    [InlineData("asOf=31.12.2019")]
    public async Task M3_DayThatIsNone_IsRefused(string query)
    {
        var network = await shared.NewNetworkAsync(Ct);

        foreach (var list in (string[])["organisations", "nodes", "affiliations/counts", "figures", "strength"])
            (await network.Reader.GetAsync($"/api/v1/{list}?{query}", Ct)).IsProblem(400, "bad-query");
        foreach (var one in (string[])[$"nodes/{Guid.NewGuid()}", $"nodes/by-path/{network.Node}", $"organisations/{Guid.NewGuid()}", $"organisations/by-external-id/{network.Ns}/1"])
            (await network.Reader.GetAsync($"/api/v1/{one}?{query}", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task M3_AsOf_RebuildsMembersAndNodesOfThatDay()
    {
        var node = $"insp1r.africa.asof{Guid.NewGuid():N}"[..30];
        (await shared.Steward.PostAsync("/api/v1/nodes", new { path = node, level = "national", names = new { en = "Dated" }, country = "RW", since = "2014-05-01" }, Ct)).Expect(201);
        var early = await RegisterAsync(node, "Early", "2015-01-01");
        var late = await RegisterAsync(node, "Late", "2021-06-01");
        (await MoveAsync(early, node, new { to = "suspended", effective = "2018-01-01", correction = true, reason = "r", decidedBy = "b", decidedOn = "2018-01-01" })).Expect(200);
        (await MoveAsync(early, node, new { to = "active", effective = "2020-01-01", correction = true, reason = "r", decidedBy = "b", decidedOn = "2020-01-01" })).Expect(200);
        (await MoveAsync(early, node, new { to = "withdrawn", effective = "2022-01-01", correction = true, reason = "r", decidedBy = "b", decidedOn = "2022-01-01" })).Expect(200);

        foreach (var (day, expected, members) in ((string, string, int)[])
            [("2014-12-31", "", 0), ("2015-01-01", "Early active", 1), ("2019-12-01", "Early suspended", 1), ("2021-06-01", "Early active, Late active", 2), ("2022-01-01", "Early withdrawn, Late active", 1), (Today, "Early withdrawn, Late active", 1)])
        {
            Assert.Equal((day, expected), (day, string.Join(", ", (await ListAsync($"organisations?node={node}&asOf={day}")).Select(o => $"{o["name"]} {o["status"]}"))));
            Assert.Equal((day, expected), (day, string.Join(", ", (await ListAsync($"affiliations?node={node}&asOf={day}")).Select(a => $"{a["organisation"]} {a["status"]}"))));
            Assert.Equal((day, members), (day, (int)(await CountsAsync($"node={node}&asOf={day}"))["distinctOrganisations"]!));
        }

        Assert.Equal(await TextAsync($"organisations?node={node}"), await TextAsync($"organisations?node={node}&asOf={Today}"));
        (await shared.Steward.GetAsync($"/api/v1/organisations/{late}?asOf=2021-05-31", Ct)).IsProblem(404, "not-found");
        Assert.Equal("suspended", (string?)(await shared.Steward.GetAsync($"/api/v1/organisations/{early}?asOf=2018-06-01", Ct)).Expect(200).Json["status"]);
        Assert.Empty(await ListAsync($"nodes?path={node}&asOf=2014-04-30"));
        Assert.Single(await ListAsync($"nodes?path={node}&asOf=2014-05-01"));
        foreach (var bad in (string[])["asOf=2019", "asOf=2019-02-30", "knownOn=yesterday"])
            (await shared.Steward.GetAsync($"/api/v1/organisations?{bad}", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task M3_EarlierAnswer_ChangesByACorrectionOnly_AndCanBeHadAsItWas()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = await RegisterAsync(network.Node, "Once so named", "2015-01-01");
        // As if all of it had been recorded last month.
        await shared.ScalarAsync<long>("with a as (update affiliation set recorded_at = now() - interval '30 days' where organisation_id = $1 returning 1) select count(*) from a", Ct, id);
        await shared.ScalarAsync<long>("with o as (update member_organisation set recorded_at = now() - interval '30 days', created_at = now() - interval '30 days' where id = $1 returning 1) select count(*) from o", Ct, id);
        var path = $"/api/v1/organisations/{id}";
        var before = (await network.Steward.GetAsync($"{path}?asOf=2019-12-01", Ct)).Expect(200).Text;

        // What holds from today on changes no earlier answer.
        (await network.Steward.PatchAsync(path, new { name = "New name", acronym = "NN" }, Ct, ("If-Match", "*"))).Expect(200);
        (await MoveAsync(id, network.Node, new { to = "suspended", reason = "r", decidedBy = "b", decidedOn = "2026-01-01" })).Expect(200);
        Assert.Equal(Stripped(before), Stripped((await network.Steward.GetAsync($"{path}?asOf=2019-12-01", Ct)).Expect(200).Text));
        Assert.Equal("New name", (string?)(await network.Steward.GetAsync($"{path}?asOf={Today}", Ct)).Expect(200).Json["name"]);

        // A correction does, if it is called one; what was answered before can still be asked for.
        Assert.Equal(["/effective needs-correction"], (await network.Steward.PatchAsync(path, new { name = "Right name", effective = "2016-01-01" }, Ct, ("If-Match", "*"))).IsProblem(422, "invalid").Faults());
        (await network.Steward.PatchAsync(path, new { name = "Right name", effective = "2016-01-01", correction = true }, Ct, ("If-Match", "*"))).Expect(200);
        Assert.Equal("Right name", (string?)(await network.Steward.GetAsync($"{path}?asOf=2019-12-01", Ct)).Expect(200).Json["name"]);
        Assert.Equal("Once so named", (string?)(await network.Steward.GetAsync($"{path}?asOf=2015-06-01", Ct)).Expect(200).Json["name"]);
        var yesterday = $"{DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}";
        Assert.Equal(Stripped(before), Stripped((await network.Steward.GetAsync($"{path}?asOf=2019-12-01&knownOn={yesterday}", Ct)).Expect(200).Text));
        Assert.Equal(["Once so named active"], (await ListAsync($"organisations?node={network.Node}&asOf=2019-12-01&knownOn={yesterday}")).Select(o => $"{o["name"]} {o["status"]}"));
        Assert.Empty(await ListAsync($"organisations?node={network.Node}&asOf=2019-12-01&knownOn={DateTime.UtcNow.AddDays(-60):yyyy-MM-dd}"));

        // A record says when it was last touched, which is not part of what held.
        static string Stripped(string text) => Regex.Replace(text, "\"updatedAt\":\"[^\"]+\"", "", RegexOptions.None, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task M3_NodeNames_AreDated()
    {
        var node = $"insp1r.africa.named{Guid.NewGuid():N}"[..30];
        var created = (await shared.Steward.PostAsync("/api/v1/nodes", new { path = node, level = "national", names = new { en = "Before" }, country = "RW", since = "2014-05-01" }, Ct)).Expect(201);
        Assert.Equal(["/effective needs-correction"], (await RenameAsync(new { names = new { en = "After" }, effective = "2020-03-01" })).IsProblem(422, "invalid").Faults());
        (await RenameAsync(new { names = new { en = "After" }, effective = "2020-03-01", correction = true })).Expect(200);

        Assert.Equal("Before", await NameAsync("2019-12-01"));
        Assert.Equal("After", await NameAsync("2020-03-01"));
        // Only the day was wrong.
        (await RenameAsync(new { names = new { en = "After" }, effective = "2019-11-30", correction = true })).Expect(200);
        Assert.Equal(("Before", "After"), (await NameAsync("2019-11-29"), await NameAsync("2019-12-01")));

        Task<Answer> RenameAsync(object body) => shared.Steward.PatchAsync($"/api/v1/nodes/{created.Id}", body, Ct, ("If-Match", "*"));
        async Task<string?> NameAsync(string day) => (string?)(await ListAsync($"nodes?path={node}&asOf={day}")).Single()["names"]!["en"];
    }

    [Fact]
    public async Task M3_OneNodeAndOneOrganisation_AreReadAsOfADay_ByEachOfTheirNames()
    {
        var node = $"insp1r.africa.single{Guid.NewGuid():N}"[..30];
        var created = (await shared.Steward.PostAsync("/api/v1/nodes", new { path = node, level = "national", names = new { en = "Before" }, country = "RW", since = "2014-05-01" }, Ct)).Expect(201);
        (await shared.Steward.PatchAsync($"/api/v1/nodes/{created.Id}", new { names = new { en = "After" }, effective = "2020-03-01", correction = true }, Ct, ("If-Match", "*"))).Expect(200);
        var external = $"single{Guid.NewGuid():N}"[..20];
        var id = (await shared.Steward.PostAsync("/api/v1/organisations", new { node, name = "Before", country = "RW", types = (string[])["cooperative"], since = "2015-01-01", externalIds = (string[])[$"{external}:1"] }, Ct)).Expect(201).Id;
        (await shared.Steward.PatchAsync($"/api/v1/organisations/{id}", new { name = "After", effective = "2020-03-01", correction = true }, Ct, ("If-Match", "*"))).Expect(200);

        foreach (var address in (string[])[$"nodes/{created.Id}", $"nodes/by-path/{node}"])
            Assert.Equal((address, "404", "Before", "After"), (address, await NameAsync(address, "2014-04-30"), await NameAsync(address, "2020-02-29"), await NameAsync(address, "2020-03-01")));
        var byId = $"organisations/by-external-id/{external}/1";
        Assert.Equal(("404", "Before", "After"), (await NameAsync(byId, "2014-12-31"), await NameAsync(byId, "2020-02-29"), await NameAsync(byId, "2020-03-01")));
        var yesterday = $"{DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}";
        foreach (var address in (string[])[$"nodes/{created.Id}", $"nodes/by-path/{node}", byId])
            (await shared.Steward.GetAsync($"/api/v1/{address}?knownOn={yesterday}", Ct)).IsProblem(404, "not-found");

        async Task<string?> NameAsync(string address, string day)
        {
            var answer = await shared.Steward.GetAsync($"/api/v1/{address}?asOf={day}", Ct);
            return answer.Status == 404 ? "404" : (string?)answer.Expect(200).Json["names"]?["en"] ?? (string?)answer.Json["name"];
        }
    }

    [Fact]
    public async Task M3_FirstDayOfANetwork_IsCorrected_AndWhatWasKnownBeforeStays()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var node = (await network.Reader.GetAsync($"/api/v1/nodes/by-path/{network.Node}", Ct)).Expect(200);
        await RegisterAsync(network.Node, "Older than its network", "2014-05-01");
        // A membership holds from its first day on, whatever is known of its network's: the count is that of the list.
        Assert.Single(await ListAsync($"organisations?node={network.Node}&asOf=2015-01-01"));
        var before = await CountsAsync($"node={network.Node}&asOf=2015-01-01");
        Assert.Equal((1, network.Node), ((int)before["distinctOrganisations"]!, (string?)before["nodes"]![0]!["path"]));
        Assert.Empty((await CountsAsync($"node={network.Node}&asOf=2014-04-30"))["nodes"]!.AsArray());

        Assert.Equal(["/since needs-correction"], (await BeginAsync(new { since = "2014-01-01" })).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/names required"], (await BeginAsync(new { correction = true })).IsProblem(422, "invalid").Faults());
        var corrected = (await BeginAsync(new { since = "2014-01-01", correction = true })).Expect(200);
        Assert.Equal((2, "2014-01-01", network.Node), (corrected.Version, (string?)corrected.Json["since"], (string?)corrected.Json["names"]!["en"]));

        Assert.Single((await CountsAsync($"node={network.Node}&asOf=2014-04-30"))["nodes"]!.AsArray());
        Assert.Empty(await ListAsync($"nodes?path={network.Node}&asOf=2013-12-31"));
        await shared.ScalarAsync<long>("with n as (update network_node set created_at = created_at - interval '2 days' where id = $1 returning 1), v as (update node_version set recorded_at = recorded_at - interval '2 days' where node_id = $1 returning 1) select count(*) from n, v", Ct, node.Id);
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Assert.Empty(await ListAsync($"nodes?path={network.Node}&asOf=2015-01-01&knownOn={yesterday}"));
        Assert.Single(await ListAsync($"nodes?path={network.Node}&asOf=2015-01-01"));

        Task<Answer> BeginAsync(object body) => shared.Steward.PatchAsync($"/api/v1/nodes/{node.Id}", body, Ct, ("If-Match", "*"));
    }

    [Fact]
    public async Task M3_AnswerOfADay_IsNotSaidToBeUnchanged_AfterACorrectionOfThatDay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = await RegisterAsync(network.Node, "Withdrawn, as was learnt", "2014-01-01");
        var day = $"/api/v1/organisations/{id}?asOf=2020-01-01";
        var first = (await network.Reader.GetAsync(day, Ct)).Expect(200);
        Assert.Equal(304, (await network.Reader.GetAsync(day, Ct, ("If-None-Match", first.ETag!))).Status);
        (await network.Steward.PostAsync(
            $"/api/v1/organisations/{id}/affiliations/{network.Node}/moves",
            new { to = "suspended", effective = "2019-06-01", correction = true, reason = "Learnt late", decidedBy = "Board", decidedOn = "2019-06-01" }, Ct)).Expect(200);

        Assert.Equal("suspended", (string?)(await network.Reader.GetAsync(day, Ct, ("If-None-Match", first.ETag!))).Expect(200).Json["status"]);
    }

    [Fact]
    public async Task M3_MemberElsewhereBeforeItsOwnNetwork_IsThereOnThatDay()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), $"insp1r.africa.first{Guid.NewGuid():N}"[..30]);
        (await shared.Steward.PostAsync("/api/v1/nodes", new { path = other, level = "national", names = new { en = "First" }, country = "RW", since = "2014-01-01" }, Ct)).Expect(201);
        var id = await RegisterAsync(network.Node, "Named then", "2022-01-01");
        (await shared.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations", new { node = other, since = "2014-01-01" }, Ct)).Expect(201);
        (await shared.Steward.PatchAsync($"/api/v1/organisations/{id}", new { name = "Named now" }, Ct, ("If-Match", "*"))).Expect(200);

        var then = (await shared.Steward.GetAsync($"/api/v1/organisations/{id}?asOf=2016-01-01", Ct)).Expect(200).Json;
        Assert.Equal(("Named then", null), ((string?)then["name"], (string?)then["status"]));
        var counts = await CountsAsync($"node={other}&asOf=2016-01-01");
        Assert.Equal((1, 1, 1), ((int)counts["distinctOrganisations"]!, (int?)counts["byType"]!["cooperative"] ?? 0, (int?)counts["byCountry"]!["RW"] ?? 0));
        Assert.Empty(await ListAsync($"organisations?node={network.Node}&asOf=2016-01-01&status=active"));
        Assert.Equal("active", (string?)(await shared.Steward.GetAsync($"/api/v1/organisations/{id}?asOf=2022-01-01", Ct)).Expect(200).Json["status"]);
        (await shared.Steward.GetAsync($"/api/v1/organisations/{id}?asOf=2013-12-31", Ct)).IsProblem(404, "not-found");

        // Memberships have the name of that day, too.
        foreach (var (list, name) in ((string, string)[])
            [($"affiliations?node={other}&asOf=2016-01-01", "Named then"), ($"affiliations?node={other}", "Named now"), ($"organisations/{id}/affiliations?asOf=2016-01-01", "Named then"), ($"organisations/{id}/affiliations", "Named now")])
            Assert.Equal((list, name), (list, (string?)(await ListAsync(list))[0]["organisation"]));
    }

    [Fact]
    public async Task M3_Correction_ChangesWhatIsGiven_OnThatDayAndAllLaterOnes()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name = "A", acronym = "A1", country = "RW", types = (string[])["cooperative"], since = "2014-01-01" }, Ct)).Expect(201).Id;
        await CorrectAsync(new { name = "B", acronym = "B1", effective = "2018-01-01", correction = true });
        await CorrectAsync(new { acronym = "B2", effective = "2020-01-01", correction = true });
        Assert.Equal("A A1, A A1, B B1, B B1, B B2", await ToldAsync());

        // Of the years before 2018 a name was wrong; the acronyms of each year stay.
        var before = (await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Version;
        await CorrectAsync(new { name = "C", effective = "2016-01-01", correction = true });
        Assert.Equal("A A1, C A1, C B1, C B1, C B2", await ToldAsync());
        Assert.Equal("C B2", await NowAsync());
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id = $1 and subject_version > $2 and visibility <> 'audit'", Ct, id, before));

        // Only the day was wrong.
        await CorrectAsync(new { acronym = "B2", effective = "2019-06-01", correction = true });
        Assert.Equal("A A1, C A1, C B1, C B2, C B2", await ToldAsync());
        var version = (await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Version;
        await CorrectAsync(new { acronym = "B2", effective = "2019-06-01", correction = true });
        await CorrectAsync(new { name = "C", effective = "2017-01-01", correction = true });
        Assert.Equal(version, (await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Version);
        Assert.Equal(["/effective nothing-dated"], (await network.Contributor.PatchAsync($"/api/v1/organisations/{id}", new { effective = "2016-01-01", correction = true }, Ct, ("If-Match", "*"))).IsProblem(422, "invalid").Faults());

        async Task CorrectAsync(object body) => (await network.Contributor.PatchAsync($"/api/v1/organisations/{id}", body, Ct, ("If-Match", "*"))).Expect(200);
        async Task<string> NowAsync() => Told((await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json);
        async Task<string> ToldAsync() => string.Join(", ", await Task.WhenAll(
            ((string[])["2015-01-01", "2017-01-01", "2019-01-01", "2019-07-01", "2021-01-01"]).Select(async day => Told((await network.Reader.GetAsync($"/api/v1/organisations/{id}?asOf={day}", Ct)).Expect(200).Json))));
        static string Told(JsonNode organisation) => $"{organisation["name"]} {organisation["acronym"]}";
    }

    [Fact]
    public async Task M2_OrganisationReachedTwice_CountsOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("In two networks", Ct)).Expect(201).Id;
        using var africa = shared.App.As("africa-counts", "steward@insp1r.africa");
        var before = await CountsAsync("node=insp1r.africa");
        (await africa.PostAsync($"/api/v1/organisations/{id}/affiliations", new { node = "insp1r.africa", category = "associate" }, Ct)).Expect(201);

        var after = await CountsAsync("node=insp1r.africa");
        Assert.Equal((int)before["distinctOrganisations"]!, (int)after["distinctOrganisations"]!);
        Assert.Equal(1, ((int?)after["byCategory"]!["associate"] ?? 0) - ((int?)before["byCategory"]!["associate"] ?? 0));
        Assert.Equal(["insp1r.africa", network.Node], after["nodes"]!.AsArray().Select(n => (string)n!["path"]!).Where(path => path == "insp1r.africa" || path == network.Node));
        // A recount by hand, from nothing but the lists.
        var members = (await AllAsync("affiliations?node=insp1r.africa")).Where(a => (string?)a["status"] is "admitted" or "active" or "suspended");
        Assert.Equal(members.Select(a => (string)a["organisationId"]!).Distinct(StringComparer.Ordinal).Count(), (int)after["distinctOrganisations"]!);
        Assert.Equal(1, (int)(await CountsAsync("", network.Reader))["distinctOrganisations"]!);
    }

    [Fact]
    public async Task M3_AsOf_IsWhatWasSaidLast_OfThatDay_ByWhatWasKnown()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (organisation, number) = ((await network.RegisterAsync("Random", Ct)).Expect(201).Id, 0);
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);

        var histories = Gen.Sample(
            from since in Gen.Choose(0, 40)
            from moves in Gen.ArrayOf(
                from effective in Gen.Choose(since, 60)
                from recorded in Gen.Choose(0, 60)
                from revoked in Gen.OneOf(Gen.Constant<int?>(null), Gen.Choose(recorded, 80).Select(day => (int?)day))
                from status in Gen.Elements("admitted", "active", "suspended", "withdrawn")
                select (Effective: effective, Recorded: recorded, Revoked: revoked, Status: status))
            select (Since: since, Moves: moves), 60, 60);
        foreach (var history in histories)
        {
            var id = Guid.CreateVersion7();
            await ExecuteAsync("insert into affiliation (id, version, organisation_id, node, since, until, first_category, first_status, category, status, recorded_by, recorded_at) values ($1, 1, $2, $3, date '2020-01-01' + $4::int, date '2030-01-01', 'full', 'applied', 'full', 'applied', 'test', timestamptz '2020-01-01Z' + make_interval(days => $4::int))",
                id, organisation, $"{network.Node}.h{number++}", history.Since);
            // Two moves of one moment have no order; here each has its own.
            for (var i = 0; i < history.Moves.Length; i++)
            {
                var (effective, recorded, revoked, status) = history.Moves[i];
                await ExecuteAsync("insert into affiliation_move values (gen_random_uuid(), $1, date '2020-01-01' + $2::int, $3, 'full', 'r', 'b', date '2020-01-01', false, 'test', timestamptz '2020-01-01Z' + make_interval(days => $4::int, secs => $6::int), timestamptz '2020-01-01Z' + make_interval(days => $5::int, secs => $6::int), null, null)",
                    id, effective, status, recorded, (object?)revoked ?? DBNull.Value, i);
            }

            foreach (var (day, known) in (from day in Enumerable.Range(0, 9) from known in Enumerable.Range(0, 9) select (day * 8, known * 8)))
            {
                var expected = day < history.Since || known < history.Since ? null : history.Moves
                    .Select((move, i) => (move, i)).Where(m => m.move.Effective <= day && m.move.Recorded <= known && (m.move.Revoked is null || m.move.Revoked > known))
                    .OrderBy(m => m.move.Effective).ThenBy(m => m.move.Recorded).ThenBy(m => m.i).Select(m => m.move.Status).LastOrDefault("applied");
                await using var command = new NpgsqlCommand("select status from affiliation_at(date '2020-01-01' + $1::int, timestamptz '2020-01-01Z' + make_interval(days => $2::int + 1)) where id = $3", connection);
                command.Parameters.AddWithValue(day);
                command.Parameters.AddWithValue(known);
                command.Parameters.AddWithValue(id);
                Assert.Equal((day, known, expected), (day, known, (string?)await command.ExecuteScalarAsync(Ct)));
            }
        }

        async Task ExecuteAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            await command.ExecuteNonQueryAsync(Ct);
        }
    }

    private async Task<Guid> RegisterAsync(string node, string name, string since) =>
        (await shared.Steward.PostAsync("/api/v1/organisations", new { node, name, country = "RW", types = (string[])["cooperative"], since }, Ct)).Expect(201).Id;

    private Task<Answer> MoveAsync(Guid id, string node, object move) => shared.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{node}/moves", move, Ct);

    private async Task<List<JsonNode>> ListAsync(string list) => [.. (await shared.Steward.GetAsync($"/api/v1/{list}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => item!)];

    private async Task<string> TextAsync(string list) => (await shared.Steward.GetAsync($"/api/v1/{list}", Ct)).Expect(200).Text;

    private async Task<List<JsonNode>> AllAsync(string list)
    {
        var (all, after) = (new List<JsonNode>(), (string?)"");
        while (after is not null)
        {
            var page = (await shared.Steward.GetAsync($"/api/v1/{list}&limit=500{(after == "" ? "" : $"&after={after}")}", Ct)).Expect(200).Json;
            all.AddRange(page["items"]!.AsArray().Select(item => item!));
            after = (string?)page["next"];
        }

        return all;
    }

    private async Task<JsonNode> CountsAsync(string query, Api? api = null) => (await (api ?? shared.Steward).GetAsync($"/api/v1/affiliations/counts?{query}", Ct)).Expect(200).Json;
}
