namespace Insp1r.Advocacy.Tests;

public sealed class DemandTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A1_TargetBodies_InternationalOnes_AreThereInThreeLanguages()
    {
        var network = shared.NewNetwork();

        var all = (await network.Reader.GetAsync("/api/v1/target-bodies?limit=500", Ct)).Expect(200).Json["items"]!.AsArray();
        var global = (await network.Reader.GetAsync("/api/v1/target-bodies?level=global", Ct)).Expect(200).Json["items"]!.AsArray();

        var codes = all.Select(body => (string)body!["code"]!).ToList();
        Assert.Superset(new HashSet<string> { "UN", "ILO", "AU", "WAEMU", "OAS", "ASEAN", "EU" }, codes.ToHashSet());
        Assert.Equal(codes.Order(StringComparer.Ordinal), codes);
        Assert.All(all.Where(body => body!["node"] is null), body => Assert.Equal(3, body!["names"]!.AsObject().Count));
        var ilo = Assert.Single(global, body => (string)body!["code"]! == "ILO")!;
        Assert.Equal("Organisation internationale du Travail", (string?)ilo["names"]!["fr"]);
        Assert.DoesNotContain(global, body => (string)body!["code"]! == "AU");
        Assert.Equal("ILO", (string?)(await network.Reader.GetAsync($"/api/v1/target-bodies/{ilo["id"]}", Ct)).Expect(200).Json["code"]);
    }

    [Fact]
    public async Task A1_AddTargetBody_Ministry_ByStewardOnly_AndItsCodeOnce()
    {
        var network = shared.NewNetwork();
        var code = $"RW-{Guid.NewGuid():N}"[..20].ToUpperInvariant();
        var ministry = new { node = network.Node, code, names = new { en = "Ministry of Public Service and Labour" }, country = "RW" };

        (await network.Contributor.PostAsync("/api/v1/target-bodies", ministry, Ct)).IsProblem(403, "forbidden");
        var added = (await network.Steward.PostAsync("/api/v1/target-bodies", ministry, Ct)).Expect(201);
        (await network.Steward.PostAsync("/api/v1/target-bodies", ministry, Ct)).IsProblem(409, "target-body-code-taken");

        Assert.Equal("national", (string?)added.Json["level"]);
        var demand = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "active", [$"{added.Id}"]), Ct)).Expect(201);
        Assert.Equal(code, (string?)demand.Json["targetBodies"]![0]);
    }

    [Fact]
    public async Task A1_RecordDemand_ActiveWithoutTargetBody_IsRefused_AndADraftIsNot()
    {
        var network = shared.NewNetwork();

        var refused = await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "active", []), Ct);
        var draft = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "draft", []), Ct)).Expect(201);

        Assert.Equal(["/targetBodies target-body-required"], refused.IsProblem(422, "invalid").Faults());
        Assert.Equal("draft", (string?)draft.Json["status"]);
    }

    [Fact]
    public async Task A1_ActivateDemand_NeedsATargetBody_AndSaysSoInTheFeed()
    {
        var network = shared.NewNetwork();
        var draft = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "draft", []), Ct)).Expect(201);

        var refused = await network.Contributor.PatchAsync($"/api/v1/demands/{draft.Id}", new { status = "active" }, Ct, draft.IfMatch());
        var active = (await network.Contributor.PatchAsync($"/api/v1/demands/{draft.Id}", new { status = "active", targetBodies = new[] { "ILO", "UN" } }, Ct, draft.IfMatch())).Expect(200);

        Assert.Equal(["/targetBodies target-body-required"], refused.IsProblem(422, "invalid").Faults());
        Assert.Equal(("active", 2), ((string?)active.Json["status"], active.Version));
        var feed = (await network.Reader.GetAsync("/api/v1/changes/advocacy", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.Equal(["advocacy.demand-recorded.v1", "advocacy.demand-activated.v1"], feed.Select(change => (string)change!["type"]!));
    }

    [Fact]
    public async Task A1_ActiveDemand_CannotLoseItsLastTargetBody()
    {
        var network = shared.NewNetwork();
        var active = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "active", ["ILO"]), Ct)).Expect(201);

        var refused = await network.Contributor.PatchAsync($"/api/v1/demands/{active.Id}", new { targetBodies = Array.Empty<string>() }, Ct, active.IfMatch());

        Assert.Equal(["/targetBodies target-body-required"], refused.IsProblem(422, "invalid").Faults());
    }

    [Theory]
    [InlineData("active", "draft")]
    [InlineData("closed", "active")]
    [InlineData("closed", "draft")]
    public async Task A1_ChangeDemand_StatusThatDoesNotFollow_IsRefused(string from, string to)
    {
        var network = shared.NewNetwork();
        var demand = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "active", ["ILO"]), Ct)).Expect(201);
        if (from == "closed")
            demand = (await network.Contributor.PatchAsync($"/api/v1/demands/{demand.Id}", new { status = "closed" }, Ct, demand.IfMatch())).Expect(200);

        var refused = await network.Contributor.PatchAsync($"/api/v1/demands/{demand.Id}", new { status = to }, Ct, demand.IfMatch());

        refused.IsProblem(409, "demand-transition");
        Assert.Equal(from, (string?)(await network.Reader.GetAsync($"/api/v1/demands/{demand.Id}", Ct)).Json["status"]);
    }

    [Fact]
    public async Task A1_RecordDemand_CodesThatDoNotExist_AreNamedOneByOne()
    {
        var network = shared.NewNetwork();

        var refused = await network.Contributor.PostAsync(
            "/api/v1/demands",
            new
            {
                node = network.Node,
                title = new { en = "OSH as a fundamental right" },
                sourceLanguage = "en",
                targetBodies = new[] { "ILO", "NOBODY", "\u0000" },
                sdgTargets = new[] { "8.8", "18.1", "1.c" },
                instruments = new[] { "C155", "c187", "C187\n" },
            }, Ct);

        Assert.Equal(
            ["/instruments/1 bad-instrument", "/instruments/2 bad-instrument", "/sdgTargets/1 unknown-sdg-target", "/sdgTargets/2 unknown-sdg-target",
                "/targetBodies/1 unknown-target-body", "/targetBodies/2 unknown-target-body"],
            refused.IsProblem(422, "invalid").Faults().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A1_ListDemands_ByStatusBodyAndTarget_FindsThose()
    {
        var network = shared.NewNetwork();
        var toIlo = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "active", ["ILO"]), Ct)).Expect(201);
        var draft = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "draft", ["AU"]), Ct)).Expect(201);

        Assert.Equal([toIlo.Id], (await network.Reader.GetAsync($"/api/v1/demands?node={network.Node}&status=active", Ct)).Ids());
        Assert.Equal([draft.Id], (await network.Reader.GetAsync($"/api/v1/demands?node={network.Node}&targetBody=AU", Ct)).Ids());
        Assert.Equal([draft.Id, toIlo.Id], (await network.Reader.GetAsync($"/api/v1/demands?node={network.Node}&sdg=8.8", Ct)).Ids());
        Assert.Empty((await network.Reader.GetAsync($"/api/v1/demands?node={network.Node}&sdg=1.3", Ct)).Ids());
        (await network.Reader.GetAsync("/api/v1/demands?status=won", Ct)).IsProblem(400, "bad-query");
    }

    [Fact]
    public async Task G4_Demand_PublishedToTheNetwork_IsSeenByOthersOnceActive_AndNotAsADraft()
    {
        var (network, other) = (shared.NewNetwork(), shared.NewNetwork("asia"));
        var demand = (await network.Contributor.PostAsync("/api/v1/demands", Demand(network.Node, "draft", ["ILO"], "network"), Ct)).Expect(201);

        (await other.Reader.GetAsync($"/api/v1/demands/{demand.Id}", Ct)).IsProblem(404, "not-found");
        (await network.Contributor.PatchAsync($"/api/v1/demands/{demand.Id}", new { status = "active" }, Ct, demand.IfMatch())).Expect(200);

        (await other.Reader.GetAsync($"/api/v1/demands/{demand.Id}", Ct)).Expect(200);
    }

    private static object Demand(string node, string status, string[] targetBodies, string publication = "node") => new
    {
        node,
        title = new { en = "Occupational safety and health as a fundamental right", es = "La seguridad y salud en el trabajo como derecho fundamental" },
        sourceLanguage = "en",
        text = new { en = "We ask the International Labour Conference to recognise it." },
        targetBodies,
        sdgTargets = new[] { "8.8" },
        instruments = new[] { "C155", "C187" },
        branches = new[] { "employment-injury" },
        status,
        publication,
    };
}
