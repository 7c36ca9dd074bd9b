using System.Text.Json.Nodes;
using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Merging;

/// <summary>What a merge does to memberships, and how what hangs on a duplicate is found and changed afterwards (features.md, M9 and M11).</summary>
public sealed class MergedMemberTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string Today => $"{DateTime.UtcNow:yyyy-MM-dd}";

    private Records Records { get; } = new(shared, Ct);

    [Theory]
    [InlineData("ended")]
    [InlineData("ended on its first day")]
    [InlineData("applied")]
    [InlineData("applied at first")]
    [InlineData("observer")]
    [InlineData("through a federation")]
    [InlineData("ended elsewhere")]
    public async Task M11_MergeThatWouldEndOrWeakenAMembership_IsMadeTheOtherWayRound(string weaker)
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var federation = await AddAsync(network.Node, "Federation", "2010-01-01");
        var weak = await AddAsync(
            weaker is "ended elsewhere" ? other.Node : network.Node, "Weaker", "2018-01-01", weaker.StartsWith("applied", StringComparison.Ordinal) ? "applied" : "active",
            weaker is "observer" ? "observer" : "full", weaker is "through a federation" ? federation : null);
        if (weaker.StartsWith("ended", StringComparison.Ordinal))
            await MoveAsync(weak, weaker is "ended elsewhere" ? other.Node : network.Node, "withdrawn", weaker is "ended on its first day" ? "2018-01-01" : "2019-01-01");
        if (weaker is "applied at first")
        {
            await MoveAsync(weak, network.Node, "admitted", "2020-01-01");
            await MoveAsync(weak, network.Node, "active", "2020-01-01");
        }

        var firm = await AddAsync(network.Node, "Firmer", "2017-01-01");
        var before = await Records.DumpAsync([weak, firm]);

        (await Records.MergeAsync(shared.Steward, weak, firm)).IsProblem(409, "merge-other-way-round");
        Assert.Equal(before, await Records.DumpAsync([weak, firm]));
        var merge = (await Records.MergeAsync(shared.Steward, firm, weak)).Expect(200).Id;

        Assert.Equal("active", (string?)(await Records.ReadAsync(firm))["status"]);
        foreach (var day in (string[])["2017-06-01", "2018-01-01", "2018-06-01", "2019-06-01", Today])
        {
            Assert.Equal((day, "active"), (day, (string?)(await shared.Steward.GetAsync($"/api/v1/organisations/{firm}?asOf={day}", Ct)).Expect(200).Json["status"]));
            var there = (await shared.Steward.GetAsync($"/api/v1/affiliations?node={network.Node}&asOf={day}", Ct)).Expect(200).Json["items"]!.AsArray().Single(a => (Guid)a!["organisationId"]! == firm)!;
            Assert.Equal((day, "active", "2017-01-01", true), (day, (string?)there["status"], (string?)there["since"], (bool)there["mayVote"]!));
        }

        (await Records.UndoAsync(shared.Steward, merge)).Expect(200);
        Assert.Equal(before, await Records.DumpAsync([weak, firm]));
    }

    [Fact]
    public async Task M11_DuplicatesMembership_WithAGapInTheSurvivors_IsNotCutShort()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var gap = await AddAsync(network.Node, "Left and returned", "2015-01-01");
        await MoveAsync(gap, network.Node, "withdrawn", "2017-01-01");
        (await shared.Steward.PostAsync($"/api/v1/organisations/{gap}/affiliations", new { node = network.Node, since = "2019-01-01" }, Ct)).Expect(201);
        var whole = await AddAsync(network.Node, "Always there", "2014-01-01");

        (await Records.MergeAsync(shared.Steward, gap, whole)).IsProblem(409, "merge-other-way-round");
        (await Records.MergeAsync(shared.Steward, whole, gap)).Expect(200);
        Assert.Equal("active", (string?)(await shared.Steward.GetAsync($"/api/v1/organisations/{whole}?asOf=2018-01-01", Ct)).Expect(200).Json["status"]);
    }

    [Fact]
    public async Task M13_MergedDuplicatesServicesAndStrength_AreTheSurvivors()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var (survivor, merged) = (await AddAsync(network.Node, "Survivor", "2015-01-01"), await AddAsync(network.Node, "Merged", "2015-01-01"));
        var (own, moved) = (await ServiceAsync(survivor, "savings"), await ServiceAsync(merged, "microcredit"));
        await StrengthAsync(survivor, 2022, 100);
        await StrengthAsync(merged, 2022, 999);
        await StrengthAsync(merged, 2021, 50);
        var merge = (await Records.MergeAsync(network.Steward, survivor, merged)).Expect(200).Id;

        var all = (await network.Reader.GetAsync("/api/v1/services", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal([("Survivor", survivor, own), ("Survivor", survivor, moved)], all.Select(s => ((string)s!["organisation"]!, (Guid)s["organisationId"]!, (Guid)s["id"]!)));
        foreach (var path in (string[])["services", $"services/{moved}", "strength", "strength/2021", "affiliations"])
        {
            var (byOldId, byNewId) = ((await network.Reader.GetAsync(Path(merged, path), Ct)).Expect(200), (await network.Reader.GetAsync(Path(survivor, path), Ct)).Expect(200));
            Assert.Equal((byNewId.Text, Path(survivor, path)), (byOldId.Text, byOldId.Headers["Content-Location"]));
            Assert.False(byNewId.Headers.ContainsKey("Content-Location"));
            (await other.Reader.GetAsync(Path(merged, path), Ct)).IsProblem(404, "not-found");
        }

        Assert.Equal([own, moved], (await network.Reader.GetAsync(Path(survivor, "services"), Ct)).Json["items"]!.AsArray().Select(s => (Guid)s!["id"]!));
        Assert.Equal(["2022 100", "2021 50"], await YearsAsync(survivor, ""));
        Assert.Equal(["2022 100", "2022 999", "2021 50"], await YearsAsync(survivor, "?history=true"));
        Assert.Equal((100, 50, 100), (await SumAsync("year=2022"), await SumAsync("year=2021"), await SumAsync("latest=true")));

        // Changed they are by the id that stands for them; a year that has a number is corrected.
        (await network.Contributor.PatchAsync(Path(merged, $"services/{moved}"), new { to = "2025-12-31" }, Ct, ("If-Match", "*"))).IsProblem(409, "organisation-merged");
        (await network.Contributor.PatchAsync(Path(merged, "strength/2021"), new { reason = "r", total = 1 }, Ct, ("If-Match", "*"))).IsProblem(409, "organisation-merged");
        (await network.Contributor.PatchAsync(Path(survivor, $"services/{moved}"), new { to = "2025-12-31" }, Ct, ("If-Match", "*"))).Expect(200);
        (await network.Contributor.PatchAsync(Path(survivor, $"services/{moved}"), new JsonObject { ["to"] = null }, Ct, ("If-Match", "*"))).Expect(200);
        (await network.Contributor.PostAsync(Path(survivor, "strength"), new { year = 2021, total = 5, source = "s" }, Ct)).IsProblem(409, "strength-exists");
        (await network.Contributor.PatchAsync(Path(survivor, "strength/2021"), new { reason = "r", total = 55 }, Ct, ("If-Match", "*"))).Expect(200);
        Assert.Equal(55, await SumAsync("year=2021"));

        (await Records.UndoAsync(network.Steward, merge)).Expect(200);
        Assert.Equal(["2022 100"], await YearsAsync(survivor, ""));
        Assert.Equal(["2022 999", "2021 55"], await YearsAsync(merged, ""));
        Assert.Equal((1_099, 55), (await SumAsync("year=2022"), await SumAsync("year=2021")));
        Assert.Equal("Merged", (string?)(await network.Reader.GetAsync(Path(merged, $"services/{moved}"), Ct)).Expect(200).Json["organisation"]);
        (await network.Reader.GetAsync(Path(survivor, $"services/{moved}"), Ct)).IsProblem(404, "not-found");

        async Task<Guid> ServiceAsync(Guid organisation, string kind) => (await network.Contributor.PostAsync(Path(organisation, "services"), new { kind }, Ct)).Expect(201).Id;
        async Task StrengthAsync(Guid organisation, int year, int total) => (await network.Contributor.PostAsync(Path(organisation, "strength"), new { year, total, source = "s" }, Ct)).Expect(201);
        async Task<string[]> YearsAsync(Guid organisation, string query) =>
            [.. (await network.Reader.GetAsync(Path(organisation, "strength") + query, Ct)).Expect(200).Json["items"]!.AsArray().Where(s => s!["supersededAt"] is null).Select(s => $"{s!["affiliates"]!["year"]} {s["affiliates"]!["total"]}")];
        async Task<int> SumAsync(string query) => (int)(await network.Reader.GetAsync($"/api/v1/strength?{query}", Ct)).Expect(200).Json["sums"]![0]!["total"]!;
    }

    [Theory]
    [InlineData("services", """{"kind":"savings"}""")]
    [InlineData("strength", """{"year":2024,"total":1,"source":"s"}""")]
    [InlineData("affiliations", """{"node":"insp1r.africa"}""")]
    public async Task M9_RecordedWhileTheRecordIsMerged_IsRefused(string what, string body)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (survivor, merged) = (await AddAsync(network.Node, "Survivor", "2015-01-01"), await AddAsync(network.Node, "Merged", "2015-01-01"));
        await using var merging = await Held.AfterAsync(shared.Database, $"select 1 from member_organisation where id = '{merged}' for update; update member_organisation set merged_into = '{survivor}', version = version + 1 where id = '{merged}'", Ct);

        var recorded = shared.Steward.PostAsync(Path(merged, what), body, Ct);
        await Held.WaitedForAsync(shared, 1, Ct);
        await merging.CommitAsync(Ct);

        (await recorded).IsProblem(409, "organisation-merged");
    }

    [Fact]
    public async Task M9_ChangesByAnOldId_NameTheSurvivor_ToWhoMaySeeIt()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var (survivor, merged) = (await AddAsync(network.Node, "Survivor", "2015-01-01"), await AddAsync(network.Node, "Merged", "2015-01-01"));
        using var africa = shared.App.As($"africa-{network.Ns}", "steward@insp1r.africa");
        (await africa.PostAsync(Path(merged, "affiliations"), new { node = "insp1r.africa", since = "2016-01-01" }, Ct)).Expect(201);
        (await africa.PostAsync(Path(merged, "affiliations/insp1r.africa/moves"), Move("suspended"), Ct)).Expect(200);
        var move = (Guid)(await africa.GetAsync(Path(merged, "affiliations/insp1r.africa/moves"), Ct)).Expect(200).Json["items"]![0]!["id"]!;
        (await Records.MergeAsync(network.Steward, survivor, merged)).Expect(200);
        var (person, stranger) = (await network.PersonAsync("A contact", null, Ct), await other.PersonAsync("A stranger", null, Ct));
        var before = await Records.DumpAsync([survivor, merged]);

        foreach (var (method, path, body) in ((HttpMethod, string, object)[])
        [
            (HttpMethod.Patch, Path(merged), new { name = "Late" }),
            (HttpMethod.Post, Path(merged, "affiliations"), new { node = network.Node, status = "applied" }),
            (HttpMethod.Post, Path(merged, $"affiliations/{network.Node}/moves"), Move("suspended")),
            (HttpMethod.Post, Path(merged, $"affiliations/insp1r.africa/moves/{move}/revocation"), new { reason = "r" }),
            (HttpMethod.Post, Path(merged, "services"), new { kind = "savings" }),
            (HttpMethod.Post, Path(merged, "strength"), new { year = 2024, total = 1, source = "s" }),
            (HttpMethod.Post, Path(merged, "confirmation"), new { }),
        ])
        {
            var refused = (await network.Steward.SendAsync(method, path, Api.JsonBody(body), Ct, ("If-Match", "*"))).IsProblem(409, "organisation-merged");
            Assert.Contains($"{survivor}", refused.Text, StringComparison.Ordinal);
            (await other.Steward.SendAsync(method, path, Api.JsonBody(body), Ct, ("If-Match", "*"))).IsProblem(404, "not-found");
        }

        Assert.Contains($"{survivor}", (await network.Steward.PostAsync($"/api/v1/persons/{person}/roles", Contact(merged), Ct)).IsProblem(409, "organisation-merged").Text, StringComparison.Ordinal);
        Assert.Equal(["/organisationId unknown-organisation"], (await other.Steward.PostAsync($"/api/v1/persons/{stranger}/roles", Contact(merged), Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(before, await Records.DumpAsync([survivor, merged]));

        var moves = (await network.Reader.GetAsync(Path(merged, "affiliations/insp1r.africa/moves"), Ct)).Expect(200);
        Assert.Equal((move, Path(survivor, "affiliations/insp1r.africa/moves")), ((Guid)moves.Json["items"]![0]!["id"]!, moves.Headers["Content-Location"]));
        (await other.Reader.GetAsync(Path(merged, "affiliations/insp1r.africa/moves"), Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task M11_Undo_ThatLeavesNoMember_EndsWhatItsContactsMay()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var survivor = await AddAsync(network.Node, "Left long ago", "2015-01-01");
        await MoveAsync(survivor, network.Node, "withdrawn", "2016-01-01");
        var merged = await AddAsync(network.Node, "Registered again", "2020-01-01");
        var merge = (await Records.MergeAsync(network.Steward, survivor, merged)).Expect(200).Id;
        Assert.Equal("active", (string?)(await Records.ReadAsync(survivor))["status"]);
        var (person, account, _) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        var role = (await network.Contributor.PostAsync($"/api/v1/persons/{person}/roles", Contact(survivor), Ct)).Expect(201).Id;
        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/grants", new { grant = $"contributor@{network.Node}", personRoleId = role }, Ct)).Expect(200);

        (await Records.UndoAsync(network.Steward, merge)).Expect(200);

        Assert.Equal(("withdrawn", "active"), ((string?)(await Records.ReadAsync(survivor))["status"], (string?)(await Records.ReadAsync(merged))["status"]));
        Assert.NotNull((await network.Steward.GetAsync($"/api/v1/persons/{person}/roles", Ct)).Expect(200).Json["items"]![0]!["endedAt"]);
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from account_grant where account_id = $1 and (until is null or until > now())", Ct, (Guid)account["id"]!));
    }

    [Fact]
    public async Task M11_Undo_GivesARecordBackWhoseMembershipEndedMeanwhile_WithoutItsContacts()
    {
        var (network, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var (survivor, merged) = (await AddAsync(network.Node, "Survivor", "2015-01-01"), await AddAsync(other.Node, "Of another network", "2015-01-01"));
        var (person, account, _) = await other.InviteAsync(Ct, $"reader@{other.Node}");
        var role = (await other.Contributor.PostAsync($"/api/v1/persons/{person}/roles", Contact(merged), Ct)).Expect(201).Id;
        (await other.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/grants", new { grant = $"contributor@{other.Node}", personRoleId = role }, Ct)).Expect(200);
        var merge = (await Records.MergeAsync(shared.Steward, survivor, merged)).Expect(200).Id;
        await MoveAsync(survivor, other.Node, "withdrawn", Today);
        Assert.Equal("active", (string?)(await Records.ReadAsync(survivor))["status"]);

        (await Records.UndoAsync(shared.Steward, merge)).Expect(200);

        Assert.Equal("withdrawn", (string?)(await Records.ReadAsync(merged))["status"]);
        Assert.Equal(merged, await shared.ScalarAsync<Guid>("select organisation_id from person_role where id = $1 and ended_at is not null", Ct, role));
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from account_grant where account_id = $1 and (until is null or until > now())", Ct, (Guid)account["id"]!));
    }

    [Fact]
    public async Task M11_AfterAnUndo_WhatBasesOnTheMergedRecord_IsAConflict()
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.PushAsync([network.Item("a"), network.Item("b", ("name", "Another"))], Ct)).Expect(200);
        var (survivor, merged) = (await ByExternalIdAsync("a"), await ByExternalIdAsync("b"));
        foreach (var name in (string[])["First", "Second", "Third"])
            (await network.Steward.PatchAsync(Path(survivor.Id), new { name }, Ct, ("If-Match", "*"))).Expect(200);
        var merge = (await Records.MergeAsync(network.Steward, survivor.Id, merged.Id)).Expect(200).Id;
        var read = await ByExternalIdAsync("b");
        Assert.Equal(survivor.Id, read.Id);

        (await Records.UndoAsync(network.Steward, merge)).Expect(200);

        Assert.True((await ByExternalIdAsync("b")).Version > read.Version);
        Assert.Equal(["conflict"], (await network.PushAsync([network.Item("b", ("name", "Edited"), ("baseVersion", read.Version))], Ct)).Expect(200).Results());

        async Task<Answer> ByExternalIdAsync(string id) => (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/{id}", Ct)).Expect(200);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task M11_MergeAndSyncOfTheSameRecords_ComeOneAfterTheOther(bool syncFirst)
    {
        var network = await shared.NewNetworkAsync(Ct);
        (await network.PushAsync([network.Item("a"), network.Item("b", ("name", "Another"))], Ct)).Expect(200);
        var (survivor, merged) = ((await ByExternalIdAsync("a")).Id, (await ByExternalIdAsync("b")).Id);
        var compared = new { mergedId = merged, version = 1, mergedVersion = 1 };
        // Both wait for this row, and take it in the order in which they came.
        await using var held = await Held.AfterAsync(shared.Database, $"select 1 from member_organisation where id = '{merged}' for update", Ct);
        Task<Answer>? push = null, merge = null;
        foreach (var isSync in (bool[])[syncFirst, !syncFirst])
        {
            if (isSync)
                push = network.PushAsync([network.Item("b", ("name", "Pushed"), ("baseVersion", 1))], Ct);
            else
                merge = network.Steward.PostAsync($"/api/v1/organisations/{survivor}/merge", compared, Ct);
            await Held.WaitedForAsync(shared, isSync == syncFirst ? 1 : 2, Ct);
        }

        await held.CommitAsync(Ct);

        if (syncFirst)
        {
            Assert.Equal(["updated"], (await push!).Expect(200).Results());
            (await merge!).IsProblem(412, "version-stale");
            Assert.Equal((merged, "Pushed"), ((await ByExternalIdAsync("b")).Id, (string?)(await Records.ReadAsync(merged))["name"]));
        }
        else
        {
            (await merge!).Expect(200);
            Assert.Equal(["conflict"], (await push!).Expect(200).Results());
            Assert.Equal((survivor, "Organisation a"), ((await ByExternalIdAsync("b")).Id, (string?)(await Records.ReadAsync(merged))["name"]));
        }

        async Task<Answer> ByExternalIdAsync(string id) => (await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/{id}", Ct)).Expect(200);
    }

    private static string Path(Guid organisation, string rest = "") => $"/api/v1/organisations/{organisation}{(rest.Length == 0 ? "" : $"/{rest}")}";

    private static object Contact(Guid organisation) => new { kind = "contact", title = "Secretary", from = "2024-01-01", organisationId = organisation };

    private static object Move(string to) => new { to, reason = "r", decidedBy = "b", decidedOn = "2026-01-01" };

    private Task<Guid> AddAsync(string node, string name, string since, string status = "active", string category = "full", Guid? throughId = null) =>
        Records.AddAsync(new { node, name, country = "RW", types = (string[])["cooperative"], since, status, category, throughId });

    private async Task MoveAsync(Guid organisation, string node, string to, string effective) => (await shared.Steward.PostAsync(
        Path(organisation, $"affiliations/{node}/moves"), new { to, effective, correction = true, reason = "r", decidedBy = "b", decidedOn = "2016-01-01" }, Ct)).Expect(200);
}
