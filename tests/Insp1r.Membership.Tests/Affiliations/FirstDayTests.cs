using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Affiliations;

/// <summary>A membership's first day that was recorded wrongly (features.md, M2 and M3).</summary>
public sealed class FirstDayTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M3_FirstDay_IsCorrected_AndWhatWasKnownBeforeStays()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var wrong = $"{DateTime.UtcNow.AddDays(-30):yyyy-MM-dd}";
        var id = Guid.Parse((string)(await network.PushAsync([network.Item("1", ("memberSince", wrong))], Ct)).Expect(200).Json["results"]![0]!["id"]!);
        // As if it had been recorded then, in a network that is older.
        await shared.ScalarAsync<long>("with a as (update affiliation set recorded_at = now() - interval '30 days' where organisation_id = $1 returning 1), n as (update network_node set since = '2010-01-01' where path = $2 returning 1) select count(*) from a, n", Ct, id, network.Node);
        await shared.ScalarAsync<long>("with o as (update member_organisation set recorded_at = now() - interval '30 days', created_at = now() - interval '30 days' where id = $1 returning 1) select count(*) from o", Ct, id);
        Assert.Empty(await AtAsync("asOf=2015-01-01"));

        var corrected = (await CorrectAsync(network.Steward, id, network.Node, new { since = "2014-05-01", correction = true, reason = "Minutes of 2014" }, "\"1\"")).Expect(200);

        Assert.Equal((2, "2014-05-01", "active"), (corrected.Version, (string?)corrected.Json["since"], (string?)corrected.Json["status"]));
        Assert.Equal(["2014-05-01 active"], await AtAsync("asOf=2015-01-01"));
        Assert.Empty(await AtAsync("asOf=2014-04-30"));
        var yesterday = $"{DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}";
        Assert.Empty(await AtAsync($"asOf=2015-01-01&knownOn={yesterday}"));
        Assert.Equal([$"{wrong} active"], await AtAsync($"knownOn={yesterday}"));
        Assert.Equal(1, (int)(await network.Reader.GetAsync($"/api/v1/affiliations/counts?node={network.Node}&asOf=2015-01-01", Ct)).Expect(200).Json["distinctOrganisations"]!);
        Assert.Equal("active", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}?asOf=2015-01-01", Ct)).Expect(200).Json["status"]);
        Assert.Equal("Minutes of 2014", await shared.ScalarAsync<string>("select reason from change_log where type = 'membership.affiliation-moved.v1' and payload -> 'state' ->> 'organisationId' = $1 and payload -> 'state' ->> 'since' = '2014-05-01'", Ct, $"{id}"));

        // Again the same day is no change; another is a further correction, and each answer of before is still there.
        Assert.Equal(2, (await CorrectAsync(network.Steward, id, network.Node, new { since = "2014-05-01", correction = true, reason = "r" })).Expect(200).Version);
        await shared.ScalarAsync<long>("with a as (update affiliation set since_corrected_at = since_corrected_at - interval '2 days' where organisation_id = $1 returning id), f as (update affiliation_first_day set known_until = known_until - interval '2 days' where affiliation_id in (select id from affiliation where organisation_id = $1) returning 1) select count(*) from a, f", Ct, id);
        (await CorrectAsync(network.Steward, id, network.Node, new { since = "2016-05-01", correction = true, reason = "r" }, "\"2\"")).Expect(200);
        Assert.Empty(await AtAsync("asOf=2015-01-01"));
        Assert.Equal(["2014-05-01 active"], await AtAsync($"asOf=2015-01-01&knownOn={yesterday}"));
        Assert.Empty(await AtAsync($"asOf=2015-01-01&knownOn={DateTime.UtcNow.AddDays(-3):yyyy-MM-dd}"));

        async Task<IEnumerable<string>> AtAsync(string query) =>
            [.. (await network.Reader.GetAsync($"/api/v1/affiliations?node={network.Node}&{query}", Ct)).Expect(200).Json["items"]!.AsArray().Select(a => $"{a!["since"]} {a["status"]}")];
    }

    [Fact]
    public async Task M3_FirstDay_IsCorrectedByStewards_WhoSayThatItIsACorrection()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Wrongly dated", Ct, since: "2015-01-01")).Expect(201).Id;

        Assert.Equal(["/since needs-correction"], (await CorrectAsync(network.Steward, id, network.Node, new { since = "2014-01-01", reason = "r" })).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/reason required", "/since required"], (await CorrectAsync(network.Steward, id, network.Node, new { correction = true, reason = "" })).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/since out-of-range"], (await CorrectAsync(network.Steward, id, network.Node, new { since = $"{DateTime.UtcNow.AddDays(2):yyyy-MM-dd}", correction = true, reason = "r" })).IsProblem(422, "invalid").Faults());
        var right = new { since = "2014-01-01", correction = true, reason = "r" };
        (await network.Steward.PatchAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}", right, Ct)).IsProblem(428, "if-match-required");
        (await CorrectAsync(network.Steward, id, network.Node, right, "\"7\"")).IsProblem(412, "version-stale");
        (await CorrectAsync(network.Contributor, id, network.Node, right)).IsProblem(403, "forbidden");
        using var stranger = shared.App.As("first-day-stranger", "steward@insp1r.asia");
        (await CorrectAsync(stranger, id, network.Node, right)).IsProblem(404, "not-found");
        (await CorrectAsync(network.Steward, id, network.Node, new { since = "2014-01-01", correction = true, reason = "r", affiliationId = Guid.NewGuid() })).IsProblem(404, "not-found");
        (await CorrectAsync(network.Steward, id, network.Node, right, "\"1\"")).Expect(200);
    }

    [Fact]
    public async Task M3_FirstDay_StaysBeforeWhatWasDecided_AndBehindAnEarlierPeriod()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Left and returned", Ct, since: "2010-01-01")).Expect(201).Id;
        await MoveAsync("suspended", "2012-01-01");
        await MoveAsync("withdrawn", "2015-01-01");
        (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations", new { node = network.Node, since = "2018-01-01" }, Ct)).Expect(201);
        var first = (Guid)(await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]![0]!["id"]!;

        // The latest is meant, if no other is named.
        await RefusedAsync("2014-12-31", null);
        await AllowedAsync("2015-01-01", null);
        await RefusedAsync("2012-01-02", first);
        await AllowedAsync("2012-01-01", first);
        await AllowedAsync("2008-01-01", first);
        await MoveAsync("withdrawn", "2020-01-01");
        await RefusedAsync("2020-01-02", null);

        var periods = (await network.Reader.GetAsync($"/api/v1/organisations/{id}/affiliations", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([("2008-01-01", "2015-01-01"), ("2015-01-01", "2020-01-01")], periods.Select(p => ((string?)p!["since"], (string?)p["until"])));
        Assert.Equal("withdrawn", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/{id}", Ct)).Json["status"]);

        async Task MoveAsync(string to, string day) =>
            (await network.Steward.PostAsync($"/api/v1/organisations/{id}/affiliations/{network.Node}/moves", new { to, effective = day, correction = true, reason = "r", decidedBy = "b", decidedOn = day }, Ct)).Expect(200);
        async Task RefusedAsync(string since, Guid? period) =>
            Assert.Equal(["/since out-of-range"], (await CorrectAsync(network.Steward, id, network.Node, new { since, correction = true, reason = "r", affiliationId = period })).IsProblem(422, "invalid").Faults());
        async Task AllowedAsync(string since, Guid? period) =>
            (await CorrectAsync(network.Steward, id, network.Node, new { since, correction = true, reason = "r", affiliationId = period })).Expect(200);
    }

    [Fact]
    public async Task M3_FirstDay_OfAMergedRecord_IsTheSurvivors()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var kept = (await network.RegisterAsync("Kept", Ct, since: "2016-01-01")).Expect(201);
        var merged = (await network.RegisterAsync("Double", Ct, since: "2014-01-01")).Expect(201);
        (await network.Steward.PostAsync($"/api/v1/organisations/{kept.Id}/merge", new { mergedId = merged.Id, version = kept.Version, mergedVersion = merged.Version }, Ct)).Expect(200);

        (await CorrectAsync(network.Steward, merged.Id, network.Node, new { since = "2013-01-01", correction = true, reason = "r" })).IsProblem(409, "organisation-merged");
        // The merged record's tells of the days until 2016.
        foreach (var since in (string[])["2013-01-01", "2017-01-01"])
            Assert.Equal(["/since out-of-range"], (await CorrectAsync(network.Steward, kept.Id, network.Node, new { since, correction = true, reason = "r" })).IsProblem(422, "invalid").Faults());
    }

    private static Task<Answer> CorrectAsync(Api api, Guid organisation, string node, object body, string version = "*") =>
        api.PatchAsync($"/api/v1/organisations/{organisation}/affiliations/{node}", body, Ct, ("If-Match", version));
}
