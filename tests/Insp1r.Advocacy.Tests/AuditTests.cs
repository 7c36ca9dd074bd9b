using Insp1r.Testing.Stack;

namespace Insp1r.Advocacy.Tests;

public sealed class AuditTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G7_ChangeOfADemand_TellsWhatItsEventDoesNot()
    {
        var network = shared.NewNetwork();
        var demand = new { node = network.Node, title = new { en = "A floor" }, sourceLanguage = "en", text = new { en = "Text before" }, status = "draft" };
        var recorded = (await network.Contributor.PostAsync("/api/v1/demands", demand, Ct, ("X-Forwarded-For", "2001:db8::7"))).Expect(201);
        (await network.Contributor.PatchAsync($"/api/v1/demands/{recorded.Id}", new { text = new { en = "Text after" } }, Ct, recorded.IfMatch(), ("Change-Reason", "Agreed in May"))).Expect(200);

        var entries = (await network.Steward.GetAsync($"/api/v1/audit/advocacy?subjectId={recorded.Id}", Ct)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal(["advocacy.demand-changed.v1", "advocacy.demand-recorded.v1"], entries.Select(entry => (string)entry!["type"]!));
        Assert.Equal("Text before -> Text after: Agreed in May", $"{entries[0]!["before"]!["text"]!["en"]} -> {entries[0]!["after"]!["text"]!["en"]}: {entries[0]!["reason"]}");
        Assert.Equal("api 2001:db8::7", (string?)entries[1]!["origin"]);
        Assert.Null(entries[1]!["before"]);
        Assert.DoesNotContain("Text before", (await network.Reader.GetAsync("/api/v1/changes/advocacy", Ct)).Expect(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task G7_OutcomesWay_IsToldToItsOwnStewards()
    {
        var (network, witness) = (shared.NewNetwork(), shared.NewNetwork("asia"));
        var outcome = await network.SubmitAsync(Ct);
        (await witness.SayOfAsync(outcome.Id, "agree", Ct)).Expect(201);

        var own = (await network.Steward.GetAsync($"/api/v1/audit/advocacy?subjectId={outcome.Id}", Ct)).Expect(200).Json["items"]!.AsArray();
        var said = (await witness.Steward.GetAsync("/api/v1/audit/advocacy", Ct)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal("submitted -> substantiated", $"{own[0]!["before"]!["status"]} -> {own[0]!["after"]!["status"]}");
        Assert.Equal("We were there.", (string?)Assert.Single(said)!["after"]!["comment"]);
        Assert.Empty((await witness.Steward.GetAsync($"/api/v1/audit/advocacy?subjectId={outcome.Id}", Ct)).Expect(200).Json["items"]!.AsArray());
        Assert.True((bool)(await shared.App.As("steward@insp1r").GetAsync("/api/v1/audit/advocacy/verification", Ct)).Expect(200).Json["intact"]!);
    }
}
