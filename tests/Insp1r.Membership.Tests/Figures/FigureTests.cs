using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Figures;

/// <summary>What sources say of the networks, each as of a day (features.md, M3).</summary>
public sealed class FigureTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task M3_SourcesThatContradictEachOther_AreAnsweredSideBySide()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await RecordAsync(network, "countries", 18, "exactly", "in 18 different countries", "2019-12-01", "day");
        await RecordAsync(network, "countries", 25, "more-than", "in more than 25 countries", "2021-01-01", "year");
        await RecordAsync(network, "member-organisations", 84, "exactly", "its 84 partner organisations", "2019-12-01", "day");
        await RecordAsync(network, "member-organisations", 100, "almost", "almost a hundred social movements", "2022-02-03", "day");
        await RecordAsync(network, "member-organisations", 100, "more-than", "more than 100 social movements", "2022-02-03", "day");

        foreach (var (query, expected) in ((string, string)[])
        [
            ("measure=countries&asOf=2019-11-30", ""),
            ("measure=countries&asOf=2019-12-01", "exactly 18"),
            ("measure=countries&asOf=2020-12-31", "exactly 18"),
            ("measure=countries&asOf=2021-06-01", "more-than 25, exactly 18"),
            ("measure=countries", "more-than 25, exactly 18"),
            ("measure=member-organisations", "more-than 100, almost 100, exactly 84"),
            ("asOf=2019-12-01", "exactly 84, exactly 18"),
            ("measure=participants", ""),
        ])
            Assert.Equal((query, expected), (query, await SaidAsync($"node={network.Node}&{query}")));

        // What is said of a network is not said of the one above it.
        Assert.DoesNotContain("exactly 18", await SaidAsync("node=insp1r.africa"), StringComparison.Ordinal);
        var year = (await network.Reader.GetAsync($"/api/v1/figures?node={network.Node}&measure=countries&limit=1", Ct)).Expect(200).Json;
        Assert.Equal(("2021-01-01", "year", "A report"), ((string?)year["items"]![0]!["says"]!["asOf"], (string?)year["items"]![0]!["says"]!["precision"], (string?)year["items"]![0]!["says"]!["source"]));
        Assert.Equal("exactly 18", await SaidAsync($"node={network.Node}&measure=countries&limit=1&after={year["next"]}"));
        foreach (var bad in (string[])["measure=money", "asOf=2019", "node=x", "limit=0"])
            (await network.Reader.GetAsync($"/api/v1/figures?{bad}", Ct)).IsProblem(400, "bad-query");
        (await network.Reader.GetAsync("/api/v1/figures?after=x", Ct)).IsProblem(400, "bad-cursor");
    }

    [Fact]
    public async Task M3_CorrectedFigure_IsAnsweredAsKnownBefore()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var wrong = (await RecordAsync(network, "countries", 81, "exactly", "in 18 different countries", "2019-12-01", "day")).Id;
        await shared.ScalarAsync<long>("with f as (update network_figure set recorded_at = now() - interval '30 days' where id = $1 returning 1) select count(*) from f", Ct, wrong);

        var path = $"/api/v1/figures/{wrong}/correction";
        var right = (await network.Contributor.PostAsync(path, new { reason = "Digits were swapped", says = Says(18, "exactly", "in 18 different countries", "2019-12-01", "day") }, Ct)).Expect(201);
        (await network.Contributor.PostAsync(path, new { reason = "Again", says = Says(19, "exactly", "x", "2019-12-01", "day") }, Ct)).IsProblem(409, "figure-corrected");

        Assert.Equal(($"{wrong}", "Digits were swapped", "countries", network.Node), ((string?)right.Json["corrects"], (string?)right.Json["reason"], (string?)right.Json["measure"], (string?)right.Json["node"]));
        Assert.Equal("exactly 18", await SaidAsync($"node={network.Node}"));
        Assert.Equal("exactly 18", await SaidAsync($"node={network.Node}&asOf=2019-12-01"));
        Assert.Equal("exactly 81", await SaidAsync($"node={network.Node}&asOf=2019-12-01&knownOn={DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}"));
        Assert.Equal("", await SaidAsync($"node={network.Node}&knownOn={DateTime.UtcNow.AddDays(-40):yyyy-MM-dd}"));
        Assert.Equal(81, (int)(await network.Reader.GetAsync($"/api/v1/figures/{wrong}", Ct)).Expect(200).Json["says"]!["value"]!);
        Assert.Equal(2L, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'membership.figure-recorded.v1' and node = $1", Ct, network.Node));
        Assert.Equal($"{wrong}", await shared.ScalarAsync<string>("select payload -> 'state' ->> 'corrects' from change_log where subject_id = $1", Ct, right.Id));
    }

    [Fact]
    public async Task M3_WithdrawnFigure_IsSaidNoMore_AndIsAnsweredAsKnownBefore()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var first = (await RecordAsync(network, "countries", 81, "exactly", "in 81 countries", "2019-12-01", "day")).Id;
        var says = Says(18, "exactly", "in 18 countries", "2019-12-01", "day");
        var second = (await network.Contributor.PostAsync($"/api/v1/figures/{first}/correction", new { reason = "Swapped", says }, Ct)).Expect(201).Id;
        await shared.ScalarAsync<long>("with f as (update network_figure set recorded_at = now() - interval '30 days' where node = $1 returning 1) select count(*) from f", Ct, network.Node);

        (await network.Reader.PostAsync($"/api/v1/figures/{second}/withdrawal", new { reason = "r" }, Ct)).IsProblem(403, "forbidden");
        (await other.Contributor.PostAsync($"/api/v1/figures/{second}/withdrawal", new { reason = "r" }, Ct)).IsProblem(403, "outside-your-nodes");
        Assert.Equal(["/reason required"], (await network.Contributor.PostAsync($"/api/v1/figures/{second}/withdrawal", new { reason = "" }, Ct)).IsProblem(422, "invalid").Faults());
        (await network.Contributor.PostAsync($"/api/v1/figures/{first}/withdrawal", new { reason = "r" }, Ct)).IsProblem(409, "figure-corrected");
        var withdrawn = (await network.Contributor.PostAsync($"/api/v1/figures/{second}/withdrawal", new { reason = "Of another network" }, Ct)).Expect(200);

        Assert.Equal(("Of another network", true), ((string?)withdrawn.Json["withdrawnReason"], withdrawn.Json["withdrawnAt"] is not null));
        Assert.Equal("", await SaidAsync($"node={network.Node}"));
        Assert.Equal("exactly 18", await SaidAsync($"node={network.Node}&knownOn={DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}"));
        Assert.Equal(withdrawn.Text, (await network.Contributor.PostAsync($"/api/v1/figures/{second}/withdrawal", new { reason = "Again" }, Ct)).Expect(200).Text);
        (await network.Contributor.PostAsync($"/api/v1/figures/{second}/correction", new { reason = "r", says }, Ct)).IsProblem(409, "figure-withdrawn");
        Assert.Equal(
            "membership.figure-recorded.v1 1, membership.figure-withdrawn.v1 2",
            await shared.ScalarAsync<string>("select string_agg(type || ' ' || subject_version, ', ' order by subject_version) from change_log where subject_id = $1", Ct, second));
    }

    [Fact]
    public async Task M3_CorrectedAndWithdrawnAtOnce_OneIsTold()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await RecordAsync(network, "countries", 18, "exactly", "in 18 countries", "2019-12-01", "day")).Id;
        var path = $"/api/v1/figures/{id}";
        Task<Answer>[] both;
        await using (var held = await Held.AfterAsync(shared.Database, "select 1 from network_figure where id = $1 for update", Ct, id))
        {
            both =
            [
                network.Contributor.PostAsync($"{path}/correction", new { reason = "r", says = Says(19, "exactly", "in 19 countries", "2019-12-01", "day") }, Ct),
                network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "r" }, Ct),
            ];
            await Held.WaitedForAsync(shared, 2, Ct);
            await held.CommitAsync(Ct);
        }

        var answers = await Task.WhenAll(both);
        Assert.Equal(1, answers.Count(answer => answer.IsSuccess));
        Assert.Equal(1, answers.Count(answer => answer is { Status: 409, Problem: "/problems/figure-corrected" or "/problems/figure-withdrawn" }));
    }

    [Fact]
    public async Task M3_Record_IsForContributorsOfTheNode_AndChecked()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var figure = (await RecordAsync(network, "participants", 300, "exactly", "three hundred people", "2022-02-03", "day")).Id;
        var says = Says(7, "about", "some seven", "2024-05-01", "day");

        (await network.Reader.PostAsync("/api/v1/figures", new { node = network.Node, measure = "countries", says }, Ct)).IsProblem(403, "forbidden");
        (await other.Contributor.PostAsync("/api/v1/figures", new { node = network.Node, measure = "countries", says }, Ct)).IsProblem(403, "outside-your-nodes");
        (await other.Contributor.PostAsync($"/api/v1/figures/{figure}/correction", new { reason = "r", says }, Ct)).IsProblem(403, "outside-your-nodes");
        (await other.Reader.GetAsync($"/api/v1/figures/{figure}", Ct)).Expect(200);
        (await other.Reader.GetAsync($"/api/v1/figures/{Guid.NewGuid()}", Ct)).IsProblem(404, "not-found");
        Assert.Equal(
            ["/node unknown-node"], (await shared.Steward.PostAsync("/api/v1/figures", new { node = "insp1r.nowhere", measure = "countries", says }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(
            ["/measure unknown-measure", "/says/value out-of-range", "/says/qualifier unknown-qualifier", "/says/wording required", "/says/source required", "/says/sourceUrl bad-address", "/says/asOf out-of-range", "/says/precision unknown-precision"],
            (await network.Contributor.PostAsync(
                "/api/v1/figures",
                new { node = network.Node, measure = "money", says = new { value = -1, qualifier = "maybe", wording = "", asOf = "2999-01-01", precision = "century", source = "", sourceUrl = "file:///x" } }, Ct)).IsProblem(422, "invalid").Faults());
        foreach (var (asOf, precision) in ((string, string)[])[("2014-01-02", "year"), ("2014-02-01", "year"), ("2014-02-02", "month")])
        {
            Assert.Equal(
                ["/says/asOf not-the-first-day"],
                (await network.Contributor.PostAsync("/api/v1/figures", new { node = network.Node, measure = "countries", says = Says(3, "exactly", "three", asOf, precision) }, Ct)).IsProblem(422, "invalid").Faults());
        }
    }

    private static object Says(long value, string qualifier, string wording, string asOf, string precision) => new { value, qualifier, wording, asOf, precision, source = "A report" };

    private static async Task<Answer> RecordAsync(Network network, string measure, long value, string qualifier, string wording, string asOf, string precision) =>
        (await network.Contributor.PostAsync("/api/v1/figures", new { node = network.Node, measure, says = Says(value, qualifier, wording, asOf, precision) }, Ct)).Expect(201);

    private async Task<string> SaidAsync(string query) => string.Join(
        ", ", (await shared.Steward.GetAsync($"/api/v1/figures?{query}", Ct)).Expect(200).Json["items"]!.AsArray().Select(item => $"{item!["says"]!["qualifier"]} {item["says"]!["value"]}"));
}
