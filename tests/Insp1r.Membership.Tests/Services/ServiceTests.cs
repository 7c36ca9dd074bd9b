using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Services;

/// <summary>What members offer (features.md, M13).</summary>
public sealed class ServiceTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Today => $"{DateTime.UtcNow:yyyy-MM-dd}";

    [Fact]
    public async Task M13_MaternityInBurkinaFaso_IsFoundByFiltersAndByWords()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var mutual = (await network.RegisterAsync("Mutuelle Sougri Nooma", Ct)).Expect(201).Id;
        var union = (await network.RegisterAsync("Syndicat", Ct)).Expect(201).Id;
        await RecordAsync(network, mutual, new { kind = "health-insurance", branches = (string[])["maternity", "medical-care"], countries = (string[])["BFA"], targetGroups = (string[])["informal-workers"] });
        await RecordAsync(network, union, new { kind = "legal-help", countries = (string[])["BF"], description = new { en = "Advice at 100 % cost" } });
        await RecordAsync(network, union, new { kind = "health-insurance", branches = (string[])["maternity"], countries = (string[])["RW"] });

        foreach (var (query, expected) in ((string, string)[])
        [
            ("branch=maternity&country=BF", "Mutuelle Sougri Nooma health-insurance"),
            ("branch=maternity&country=854", "Mutuelle Sougri Nooma health-insurance"),
            ("text=maternity Burkina Faso", "Mutuelle Sougri Nooma health-insurance"),
            ("text=MATERNITE au burkina", "Mutuelle Sougri Nooma health-insurance"),
            ("text=maternidad burkina sougri", "Mutuelle Sougri Nooma health-insurance"),
            ("text=maternity Burundi", ""),
            ("branch=maternity", "Mutuelle Sougri Nooma health-insurance, Syndicat health-insurance"),
            ("kind=legal-help", "Syndicat legal-help"),
            ("targetGroup=informal-workers", "Mutuelle Sougri Nooma health-insurance"),
            ("kind=legal-help&branch=maternity", ""),
            ("text=100 %25", "Syndicat legal-help"),
            ("text=1%25", ""),
            ("text=ruanda", "Syndicat health-insurance"),
            ("text=au Kenya", ""),
            ("text=rwanda", "Syndicat health-insurance"),
        ])
            Assert.Equal((query, expected), (query, await FoundAsync(network.Reader, $"node={network.Node}&{query}")));

        var other = await shared.NewNetworkAsync(Ct);
        Assert.Equal("", await FoundAsync(other.Reader, "branch=maternity"));
        Assert.Equal("", await FoundAsync(other.Reader, $"node={network.Node}"));
        foreach (var bad in (string[])["branch=wealth", "kind=bank", "country=XX", "targetGroup=all", "text=", "node=x", "asOf=2019", "limit=0"])
            (await network.Reader.GetAsync($"/api/v1/services?{bad}", Ct)).IsProblem(400, "bad-query");
    }

    [Theory]
    [InlineData("CR", "maternity Costa Rica")]
    [InlineData("NP", "maternité au Népal")]
    [InlineData("SB", "maternidad en las Islas Salomón")]
    public async Task M13_AnyCountry_IsFoundByItsName(string country, string text)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Far away", Ct)).Expect(201).Id;
        await RecordAsync(network, id, new { kind = "health-insurance", branches = (string[])["maternity"], countries = (string[])[country] });

        Assert.Equal("Far away health-insurance", await FoundAsync(network.Reader, $"node={network.Node}&text={text}"));
    }

    [Fact]
    public async Task M13_Pages_HaveEachServiceOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Of many services", Ct)).Expect(201).Id;
        foreach (var _ in Enumerable.Range(0, 5))
            await RecordAsync(network, id, new { kind = "savings" });

        var (ids, next) = (new List<string>(), "");
        do
        {
            var page = (await network.Reader.GetAsync($"/api/v1/services?limit=2{(next.Length == 0 ? "" : $"&after={next}")}", Ct)).Expect(200).Json;
            ids.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            next = (string?)page["next"] ?? "";
        }
        while (next.Length > 0);

        Assert.Equal((5, 5), (ids.Count, ids.Distinct(StringComparer.Ordinal).Count()));
        (await network.Reader.GetAsync("/api/v1/services?after=x", Ct)).IsProblem(400, "bad-cursor");
    }

    [Fact]
    public async Task M13_Service_IsDated_AndGoesWithItsOrganisation()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name = "Dated", country = "RW", types = (string[])["ngo"], since = "2014-01-01" }, Ct)).Expect(201).Id;
        await RecordAsync(network, id, new { kind = "microcredit", from = "2015-01-01", to = "2018-12-31" });
        await RecordAsync(network, id, new { kind = "savings", from = "2019-01-01" });
        await RecordAsync(network, id, new { kind = "other", otherKind = "Seed bank" });

        foreach (var (day, expected) in ((string, string)[])
            [("2013-12-31", ""), ("2014-12-31", "Dated other"), ("2018-12-31", "Dated microcredit, Dated other"), ("2019-01-01", "Dated savings, Dated other"), (Today, "Dated savings, Dated other")])
            Assert.Equal((day, expected), (day, await FoundAsync(network.Reader, $"asOf={day}")));
        Assert.Equal("Dated other", await FoundAsync(network.Reader, "text=seed"));

        (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", new { to = "withdrawn", reason = "left", decidedBy = "Assembly", decidedOn = Today }, Ct)).Expect(200);
        Assert.Equal("", await FoundAsync(network.Reader, ""));
        Assert.Equal("Dated savings, Dated other", await FoundAsync(network.Reader, "asOf=2020-01-01"));
        Assert.Equal(3, (await network.Reader.GetAsync(Path(id), Ct)).Expect(200).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task M13_Reach_HasAYearAndASource_AndItsParts()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Counted", Ct)).Expect(201).Id;
        var ages = new Dictionary<string, int>(StringComparer.Ordinal) { ["65-plus"] = 5, ["15-24"] = 100 };
        object year2024 = new { year = 2024, total = 800, women = 500, men = 250, ages, informalShare = 62.5, source = "Annual report 2024", sourceUrl = "https://www.example.org/report" };
        object year2023 = new { year = 2023, total = 700, source = "Own count" };

        var created = await RecordAsync(network, id, new { kind = "health-insurance", reach = (object[])[year2024, year2023], source = "Report" });

        var reach = created.Json["reach"]!.AsArray();
        Assert.Equal([2023, 2024], reach.Select(year => (int)year!["year"]!));
        Assert.Equal((800, 500, 250, 100, 62.5m, "Annual report 2024"),
            ((int)reach[1]!["total"]!, (int)reach[1]!["women"]!, (int)reach[1]!["men"]!, (int)reach[1]!["ages"]!["15-24"]!, (decimal)reach[1]!["informalShare"]!, (string?)reach[1]!["source"]));
        Assert.Null(reach[0]!["women"]);
        var read = await network.Reader.GetAsync($"{Path(id)}/{created.Id}", Ct);
        Assert.Equal(created.Text, read.Expect(200).Text);

        object[] wrong =
        [
            new { year = 2999, total = 1, source = "s" }, new { year = 2020, total = 1, women = 1, men = 1, source = "s" }, new { year = 2021, total = -1, source = "" },
            new { year = 2022, total = 1, ages = new Dictionary<string, int>(StringComparer.Ordinal) { ["0-99"] = 1 }, informalShare = 100.5, source = "s", sourceUrl = "javascript:x" },
            new { year = 2022, total = 1, source = "s" },
        ];
        Assert.Equal(
            [
                "/reach/0/year out-of-range", "/reach/1/total less-than-its-parts", "/reach/2/total out-of-range", "/reach/2/total less-than-its-parts", "/reach/2/source required",
                "/reach/3/ages/0-99 unknown-age-band", "/reach/3/informalShare out-of-range", "/reach/3/sourceUrl bad-address", "/reach/4/year repeated",
            ],
            (await network.Contributor.PostAsync(Path(id), new { kind = "savings", reach = wrong }, Ct)).IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task M13_Change_KeepsWhatIsNotGiven_AndGuardsTheVersion()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Changing", Ct)).Expect(201).Id;
        var created = await RecordAsync(network, id, new { kind = "savings", branches = (string[])["old-age"], from = "2015-01-01", description = new { en = "A tontine", fr = "Une tontine" } });
        var path = $"{Path(id)}/{created.Id}";

        (await network.Contributor.PatchAsync(path, new { to = "2025-12-31" }, Ct)).IsProblem(428, "if-match-required");
        var changed = (await network.Contributor.PatchAsync(path, new { to = "2025-12-31" }, Ct, ("If-Match", "\"1\""))).Expect(200);
        (await network.Contributor.PatchAsync(path, new { to = "2024-12-31" }, Ct, ("If-Match", "\"1\""))).IsProblem(412, "version-stale");
        Assert.Equal(2, (await network.Contributor.PatchAsync(path, new { to = "2025-12-31", countries = (string[])["RWA"] }, Ct, ("If-Match", "*"))).Expect(200).Version);

        Assert.Equal(("savings", "2015-01-01", "2025-12-31", "Une tontine", 2), ((string?)changed.Json["kind"], (string?)changed.Json["from"], (string?)changed.Json["to"], (string?)changed.Json["description"]!["fr"], changed.Version));
        Assert.Equal(["/to ends-before-start"], (await network.Contributor.PatchAsync(path, new { to = "2014-12-31" }, Ct, ("If-Match", "*"))).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/otherKind required"], (await network.Contributor.PatchAsync(path, new { kind = "other" }, Ct, ("If-Match", "*"))).IsProblem(422, "invalid").Faults());
        Assert.Equal(
            "membership.organisation-service-recorded.v1 1, membership.organisation-service-changed.v1 2",
            await shared.ScalarAsync<string>("select string_agg(type || ' ' || subject_version, ', ' order by subject_version) from change_log where subject_id = $1", Ct, created.Id));
    }

    [Fact]
    public async Task M13_Withdrawn_IsInNoList_AndItsHistoryTellsWhy()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Mistaken", Ct, since: "2014-01-01")).Expect(201).Id;
        var created = await RecordAsync(network, id, new { kind = "savings", branches = (string[])["old-age"], from = "2015-01-01" });
        var path = $"{Path(id)}/{created.Id}";

        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Of another union" }, Ct)).IsProblem(428, "if-match-required");
        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Of another union" }, Ct, ("If-Match", "\"9\""))).IsProblem(412, "version-stale");
        Assert.Equal(["/reason required"], (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "" }, Ct, ("If-Match", "*"))).IsProblem(422, "invalid").Faults());
        (await network.Reader.PostAsync($"{path}/withdrawal", new { reason = "r" }, Ct, ("If-Match", "*"))).IsProblem(403, "forbidden");
        Assert.Equal("Mistaken savings", await FoundAsync(network.Reader, "text=savings"));
        var withdrawn = (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Of another union" }, Ct, ("If-Match", "\"1\""))).Expect(200);

        Assert.Equal((2, true), (withdrawn.Version, withdrawn.Json["withdrawnAt"] is not null));
        foreach (var query in (string[])["", "text=savings", "kind=savings", "asOf=2020-01-01"])
            Assert.Equal((query, ""), (query, await FoundAsync(network.Reader, query)));
        Assert.Empty((await network.Reader.GetAsync(Path(id), Ct)).Expect(200).Json["items"]!.AsArray());
        Assert.Equal(withdrawn.Text, (await network.Reader.GetAsync(path, Ct)).Expect(200).Text);
        (await network.Contributor.PatchAsync(path, new { kind = "microcredit" }, Ct, ("If-Match", "*"))).IsProblem(409, "service-withdrawn");
        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Again" }, Ct, ("If-Match", "*"))).IsProblem(409, "service-withdrawn");
        var last = (await network.Reader.GetAsync($"{path}/history", Ct)).Expect(200).Json["items"]![0]!;
        Assert.Equal(("Of another union", 2), ((string?)last["reason"], (int)last["version"]!));
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'membership.organisation-service-withdrawn.v1' and subject_id = $1", Ct, created.Id));
    }

    [Fact]
    public async Task M13_Record_IsForContributorsOfTheNode_AndChecked()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var other = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Guarded", Ct)).Expect(201).Id;
        var service = (await RecordAsync(network, id, new { kind = "savings" })).Id;

        (await network.Reader.PostAsync(Path(id), new { kind = "savings" }, Ct)).IsProblem(403, "forbidden");
        (await other.Contributor.PostAsync(Path(id), new { kind = "savings" }, Ct)).IsProblem(404, "not-found");
        (await other.Contributor.PatchAsync($"{Path(id)}/{service}", new { kind = "savings" }, Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        (await other.Reader.GetAsync($"{Path(id)}/{service}", Ct)).IsProblem(404, "not-found");
        (await other.Reader.GetAsync(Path(id), Ct)).IsProblem(404, "not-found");
        var own = (await other.RegisterAsync("Another", Ct)).Expect(201).Id;
        (await other.Reader.GetAsync($"{Path(own)}/{service}", Ct)).IsProblem(404, "not-found");

        Assert.Equal(
            ["/kind unknown-kind", "/otherKind not-other", "/branches/0 unknown-branch", "/targetGroups/1 repeated", "/description/tlh unknown-language", "/from out-of-range", "/countries/0 unknown-country"],
            (await network.Contributor.PostAsync(Path(id), new { kind = "bank", otherKind = "x", branches = (string[])["wealth"], targetGroups = (string[])["women", "women"], countries = (string[])["XX"], description = new { tlh = "x" }, from = "1066-10-14" }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from member_service where organisation_id = $1", Ct, id));
    }

    private static string Path(Guid organisation) => $"/api/v1/organisations/{organisation}/services";

    private static async Task<Answer> RecordAsync(Network network, Guid organisation, object body) => (await network.Contributor.PostAsync(Path(organisation), body, Ct)).Expect(201);

    private static async Task<string> FoundAsync(Api api, string query) => string.Join(
        ", ", (await api.GetAsync($"/api/v1/services?limit=500&{query.Replace(" ", "%20", StringComparison.Ordinal)}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => $"{item!["organisation"]} {item["kind"]}"));
}
