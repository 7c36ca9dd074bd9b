using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Strength;

/// <summary>How many affiliates stand behind members and networks (features.md, M14).</summary>
public sealed class StrengthTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M14_Sums_AreOfOneYear_AndNameWhoIsMissing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (a, b, c) = (await AddAsync(network, "A"), await AddAsync(network, "B"), await AddAsync(network, "C"));
        await RecordAsync(network, a, new { year = 2022, total = 1_000, women = 600, men = 300, informalShare = 50, source = "s", ages = Ages(100, 40) });
        await RecordAsync(network, a, new { year = 2023, total = 1_100, women = 700, source = "s" });
        await RecordAsync(network, b, new { year = 2022, total = 200, informalShare = 25.5, source = "s", ages = Ages(60, 0) });

        var sums = (await SumsAsync(network, "")).AsArray();
        Assert.Equal([2023, 2022], sums.Select(sum => (int)sum!["year"]!));
        var (y2023, y2022) = (sums[0]!, sums[1]!);
        Assert.Equal((1_200, 2, false, "C"), ((int)y2022["total"]!, (int)y2022["organisations"]!, (bool)y2022["isMixed"]!, MissingOf(y2022)));
        Assert.Equal((1_100, 1, false, "B, C"), ((int)y2023["total"]!, (int)y2023["organisations"]!, (bool)y2023["isMixed"]!, MissingOf(y2023)));
        Assert.Equal(2, (int)y2023["missingOrganisations"]!);

        // A part is of those who know it, and says so: 600 of A's 1,000; nobody knows how many women are among B's.
        Assert.Equal((600, 1, 1_000), PartOf(y2022, "women"));
        Assert.Equal((300, 1, 1_000), PartOf(y2022, "men"));
        Assert.Equal((551, 2, 1_200), PartOf(y2022, "informal"));
        Assert.Equal((160, 40), ((int)y2022["ages"]!["15-24"]!["count"]!, (int)y2022["ages"]!["25-54"]!["count"]!));
        Assert.Null(y2023["informal"]);

        var only = Assert.Single((await SumsAsync(network, "year=2022")).AsArray())!;
        Assert.Equal(y2022.ToJsonString(), only.ToJsonString());
        var none = Assert.Single((await SumsAsync(network, "year=2020")).AsArray())!;
        Assert.Equal((0, 0, "A, B, C"), ((int)none["total"]!, (int)none["organisations"]!, MissingOf(none)));
        Assert.NotEqual(Guid.Empty, c);
    }

    [Fact]
    public async Task M14_Latest_MixesYears_AndSaysWhich()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (a, b, c) = (await AddAsync(network, "A"), await AddAsync(network, "B"), await AddAsync(network, "C"));
        await AddAsync(network, "D");
        await RecordAsync(network, a, new { year = 2020, total = 10, source = "s" });
        await RecordAsync(network, a, new { year = 2023, total = 20, source = "s" });
        await RecordAsync(network, b, new { year = 2021, total = 100, source = "s" });
        await RecordAsync(network, c, new { year = 2023, total = 1_000, source = "s" });

        var latest = Assert.Single((await SumsAsync(network, "latest=true")).AsArray())!;
        Assert.Equal((1_120, 3, true, """{"2021":1,"2023":2}""", "D"), ((int)latest["total"]!, (int)latest["organisations"]!, (bool)latest["isMixed"]!, latest["years"]!.ToJsonString(), MissingOf(latest)));
        Assert.Null(latest["year"]);

        var then = Assert.Single((await SumsAsync(network, "latest=true&asOf=2021-06-30")).AsArray())!;
        Assert.Equal((110, """{"2020":1,"2021":1}"""), ((int)then["total"]!, then["years"]!.ToJsonString()));
        (await network.Reader.GetAsync("/api/v1/strength?latest=true&year=2023", Ct)).IsProblem(400, "bad-query");
        (await network.Reader.GetAsync("/api/v1/strength?year=1", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task M14_NobodyCountsTwice_AndWhoWasAMemberCountsForThatYear()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var federation = await AddAsync(network, "Federation");
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation)).Expect(201).Id;
        var partner = (await network.RegisterAsync("Partner", Ct, category: "strategic-partner")).Expect(201).Id;
        var left = await AddAsync(network, "Left in 2021");
        (await shared.Steward.PostAsync($"/api/v1/organisations/{federation}/affiliations", new { node = "insp1r.africa" }, Ct)).Expect(201);
        (await network.Steward.PostAsync($"/api/v1/organisations/{left}/affiliations/{network.Node}/moves", new { to = "withdrawn", reason = "r", decidedBy = "b", decidedOn = "2021-07-01", effective = "2021-07-01", correction = true }, Ct)).Expect(200);
        foreach (var (organisation, total) in ((Guid, int)[])[(federation, 1_000), (affiliate, 400), (partner, 1_000_000), (left, 7)])
        {
            await RecordAsync(network, organisation, new { year = 2020, total, source = "s" });
            await RecordAsync(network, organisation, new { year = 2021, total, source = "s" });
        }

        Assert.Equal((1_007, ""), TotalOf(await SumsAsync(network, "year=2020")));
        Assert.Equal((1_000, ""), TotalOf(await SumsAsync(network, "year=2021")));
        var above = (await shared.Steward.GetAsync($"/api/v1/strength?node=insp1r&year=2020", Ct)).Expect(200).Json["sums"]![0]!;
        var africa = (await shared.Steward.GetAsync($"/api/v1/strength?node=insp1r.africa&year=2020", Ct)).Expect(200).Json["sums"]![0]!;
        Assert.Equal((int)above["organisations"]!, (int)africa["organisations"]!);
        Assert.Equal(
            await shared.ScalarAsync<long>("""
                select sum(s.total) from member_strength s join member_organisation o on o.id = s.organisation_id
                where s.year = 2020 and s.superseded_at is null and s.organisation_id in (
                  select organisation_id from affiliation where category = 'full' and through_id is null and since <= '2020-12-31' and (until is null or until > '2020-12-31'))
                  and s.organisation_id not in (select organisation_id from affiliation where through_id is not null and since <= '2020-12-31' and (until is null or until > '2020-12-31'))
                """, Ct),
            (long)above["total"]!);
        static (int, string) TotalOf(JsonNode sums) => ((int)sums[0]!["total"]!, MissingOf(sums[0]!));
    }

    [Fact]
    public async Task M14_AffiliateThatIsADirectMemberElsewhere_CountsWithItsFederation()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var federation = await AddAsync(network, "Federation");
        var affiliate = (await network.RegisterAsync("Affiliate", Ct, through: federation, since: "2015-01-01")).Expect(201).Id;
        (await shared.Steward.PostAsync($"/api/v1/organisations/{affiliate}/affiliations", new { node = other.Node, since = "2015-01-01" }, Ct)).Expect(201);
        await RecordAsync(network, federation, new { year = 2020, total = 1_000, source = "s" });
        await RecordAsync(network, affiliate, new { year = 2020, total = 400, source = "s" });

        using var both = shared.App.As("both-networks", $"reader@{network.Node}", $"reader@{other.Node}");
        Assert.Equal(1_000, (int)(await both.GetAsync("/api/v1/strength?year=2020", Ct)).Expect(200).Json["sums"]![0]!["total"]!);
        Assert.Equal(400, (int)(await both.GetAsync($"/api/v1/strength?year=2020&node={other.Node}", Ct)).Expect(200).Json["sums"]![0]!["total"]!);
    }

    [Fact]
    public async Task M14_Correction_KeepsTheEarlierValue()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = await AddAsync(network, "Corrected");
        await RecordAsync(network, id, new { year = 2024, total = 100, women = 50, source = "Leaflet" });
        // As if it had been recorded last month, by who was a member then already.
        await shared.ScalarAsync<long>("with s as (update member_strength set recorded_at = now() - interval '30 days' where organisation_id = $1 returning 1) select count(*) from s", Ct, id);
        await shared.ScalarAsync<long>("with a as (update affiliation set recorded_at = now() - interval '30 days' where organisation_id = $1 returning 1) select count(*) from a", Ct, id);
        var path = $"{Path(id)}/2024";

        (await network.Contributor.PatchAsync(path, new { reason = "r", total = 90 }, Ct)).IsProblem(428, "if-match-required");
        Assert.Equal(["/reason required", "/total less-than-its-parts"], (await network.Contributor.PatchAsync(path, new { reason = "", total = 40 }, Ct, ("If-Match", "\"1\""))).IsProblem(422, "invalid").Faults());
        var corrected = (await network.Contributor.PatchAsync(path, new { reason = "Pensioners were left out", total = 130, source = "Annual report" }, Ct, ("If-Match", "\"1\""))).Expect(200);
        (await network.Contributor.PatchAsync(path, new { reason = "r", total = 1_000 }, Ct, ("If-Match", "\"1\""))).IsProblem(412, "version-stale");
        (await network.Contributor.PostAsync(Path(id), new { year = 2024, total = 5, source = "s" }, Ct)).IsProblem(409, "strength-exists");

        Assert.Equal((130, 50, 2), ((int)corrected.Json["affiliates"]!["total"]!, (int)corrected.Json["affiliates"]!["women"]!, corrected.Version));
        Assert.Equal(["130"], await TotalsAsync(""));
        Assert.Equal(["130", "100"], await TotalsAsync("?history=true"));
        Assert.Equal(130, (int)(await SumsAsync(network, "year=2024"))[0]!["total"]!);
        Assert.Equal(100, (int)(await SumsAsync(network, $"year=2024&knownOn={DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}"))[0]!["total"]!);
        Assert.Equal(0, (int)(await SumsAsync(network, $"year=2024&knownOn={DateTime.UtcNow.AddDays(-40):yyyy-MM-dd}"))[0]!["total"]!);
        Assert.Equal(
            "membership.organisation-strength-recorded.v1 1, membership.organisation-strength-corrected.v1 2",
            await shared.ScalarAsync<string>("select string_agg(type || ' ' || subject_version, ', ' order by subject_version) from change_log where subject_id = $1", Ct, corrected.Id));

        async Task<string[]> TotalsAsync(string query) =>
            [.. (await network.Reader.GetAsync(Path(id) + query, Ct)).Expect(200).Json["items"]!.AsArray().Select(item => $"{item!["affiliates"]!["total"]}")];
    }

    [Fact]
    public async Task M14_Withdrawal_TakesTheNumberOut_AndTheYearIsMissingAgain()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = await AddAsync(network, "Mistaken");
        await RecordAsync(network, id, new { year = 2024, total = 50_000, source = "Another union's report" });
        await shared.ScalarAsync<long>("with s as (update member_strength set recorded_at = now() - interval '30 days' where organisation_id = $1 returning 1) select count(*) from s", Ct, id);
        await shared.ScalarAsync<long>("with a as (update affiliation set recorded_at = now() - interval '30 days' where organisation_id = $1 returning 1) select count(*) from a", Ct, id);
        var path = $"{Path(id)}/2024";
        (await network.Contributor.PatchAsync(path, new { reason = "Digits", total = 50_001 }, Ct, ("If-Match", "\"1\""))).Expect(200);

        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Of another union" }, Ct)).IsProblem(428, "if-match-required");
        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Of another union" }, Ct, ("If-Match", "\"1\""))).IsProblem(412, "version-stale");
        Assert.Equal(["/reason required"], (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "" }, Ct, ("If-Match", "\"2\""))).IsProblem(422, "invalid").Faults());
        (await network.Reader.PostAsync($"{path}/withdrawal", new { reason = "r" }, Ct, ("If-Match", "*"))).IsProblem(403, "forbidden");
        var withdrawn = (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Of another union" }, Ct, ("If-Match", "\"2\""))).Expect(200);

        Assert.Equal(("Of another union", true), ((string?)withdrawn.Json["withdrawnReason"], withdrawn.Json["supersededAt"] is not null));
        (await network.Reader.GetAsync(path, Ct)).IsProblem(404, "not-found");
        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "Again" }, Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        Assert.Empty((await network.Reader.GetAsync(Path(id), Ct)).Expect(200).Json["items"]!.AsArray());
        Assert.Equal(
            ["50001 Of another union", "50000 "],
            (await network.Reader.GetAsync($"{Path(id)}?history=true", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => $"{item!["affiliates"]!["total"]} {item["withdrawnReason"]}"));
        var sum = (await SumsAsync(network, "year=2024"))[0]!;
        Assert.Equal((0, 0, "Mistaken"), ((int)sum["total"]!, (int)sum["organisations"]!, MissingOf(sum)));
        Assert.Equal(50_000, (int)(await SumsAsync(network, $"year=2024&knownOn={DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}"))[0]!["total"]!);
        Assert.Equal(
            "membership.organisation-strength-withdrawn.v1 3 Of another union",
            await shared.ScalarAsync<string>("select type || ' ' || subject_version || ' ' || reason from change_log where subject_id = $1 order by subject_version desc limit 1", Ct, withdrawn.Id));

        await RecordAsync(network, id, new { year = 2024, total = 400, source = "Its own report" });
        Assert.Equal((400, 1), ((int)(await SumsAsync(network, "year=2024"))[0]!["total"]!, (await network.Reader.GetAsync(path, Ct)).Expect(200).Version));
    }

    [Fact]
    public async Task M14_Withdrawal_OfTheSurvivorsNumber_ShowsTheMergedRecords_AndNotByTheOldId()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (survivor, merged) = (await AddAsync(network, "Survivor"), await AddAsync(network, "Survivor too"));
        await RecordAsync(network, survivor, new { year = 2024, total = 1, source = "s" });
        await RecordAsync(network, merged, new { year = 2024, total = 20, source = "s" });
        (await network.Steward.PostAsync($"/api/v1/organisations/{survivor}/merge", new { mergedId = merged, version = 1, mergedVersion = 1 }, Ct)).Expect(200);

        (await network.Contributor.PostAsync($"{Path(merged)}/2024/withdrawal", new { reason = "r" }, Ct, ("If-Match", "*"))).IsProblem(409, "organisation-merged");
        (await network.Contributor.PostAsync($"{Path(survivor)}/2024/withdrawal", new { reason = "r" }, Ct, ("If-Match", "*"))).Expect(200);
        Assert.Equal(20, (int)(await SumsAsync(network, "year=2024"))[0]!["total"]!);
        (await network.Contributor.PostAsync($"{Path(survivor)}/2024/withdrawal", new { reason = "r" }, Ct, ("If-Match", "*"))).Expect(200);
        (await network.Reader.GetAsync($"{Path(survivor)}/2024", Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task M14_TwoCorrectionsAtOnce_OneIsTold()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = await AddAsync(network, "Raced");
        await RecordAsync(network, id, new { year = 2024, total = 100, source = "s" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => network.Contributor.PatchAsync($"{Path(id)}/2024", new { reason = "r", total = 200 + i }, Ct, ("If-Match", "\"1\""))));

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(412, "version-stale"));
        Assert.Equal(2L, await shared.ScalarAsync<long>("select count(*) from member_strength where organisation_id = $1", Ct, id));
    }

    [Fact]
    public async Task M14_Record_IsForContributorsOfTheNode()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var id = await AddAsync(network, "Guarded");
        await RecordAsync(network, id, new { year = 2024, total = 100, source = "s" });

        (await network.Reader.PostAsync(Path(id), new { year = 2023, total = 1, source = "s" }, Ct)).IsProblem(403, "forbidden");
        (await other.Contributor.PostAsync(Path(id), new { year = 2023, total = 1, source = "s" }, Ct)).IsProblem(404, "not-found");
        (await other.Contributor.PatchAsync($"{Path(id)}/2024", new { reason = "r", total = 1 }, Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        (await other.Reader.GetAsync(Path(id), Ct)).IsProblem(404, "not-found");
        (await other.Reader.GetAsync($"{Path(id)}/2024", Ct)).IsProblem(404, "not-found");
        Assert.Empty((await SumsAsync(other, "")).AsArray());
        Assert.Equal(
            ["/year out-of-range", "/source required"],
            (await network.Contributor.PostAsync(Path(id), new { year = 2999, total = 1, source = "" }, Ct)).IsProblem(422, "invalid").Faults());
    }

    private static string Path(Guid organisation) => $"/api/v1/organisations/{organisation}/strength";

    private static Dictionary<string, int> Ages(int young, int middle) => new(StringComparer.Ordinal) { ["15-24"] = young, ["25-54"] = middle };

    private static async Task<Guid> AddAsync(Network network, string name) =>
        (await network.Contributor.PostAsync("/api/v1/organisations", new { node = network.Node, name, country = "RW", types = (string[])["trade-union"], since = "2015-01-01" }, Ct)).Expect(201).Id;

    private static async Task RecordAsync(Network network, Guid organisation, object affiliates) => (await network.Contributor.PostAsync(Path(organisation), affiliates, Ct)).Expect(201);

    private static async Task<JsonNode> SumsAsync(Network network, string query) => (await network.Reader.GetAsync($"/api/v1/strength?{query}", Ct)).Expect(200).Json["sums"]!;

    private static string MissingOf(JsonNode sum) => string.Join(", ", sum["missing"]!.AsArray().Select(missing => (string?)missing!["name"]));

    private static (int, int, int) PartOf(JsonNode sum, string part) => ((int)sum[part]!["count"]!, (int)sum[part]!["organisations"]!, (int)sum[part]!["ofTotal"]!);
}
