using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Bodies;

/// <summary>Decisions of bodies: quorum, votes, corrections, and what they are about (features.md, G11).</summary>
public sealed class DecisionTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("simple", 3, 2, "adopted")]
    [InlineData("simple", 2, 2, "rejected")]
    [InlineData("simple", 0, 0, "rejected")]
    [InlineData("two-thirds", 4, 2, "adopted")]
    [InlineData("two-thirds", 3, 2, "rejected")]
    [InlineData("unanimous", 1, 0, "adopted")]
    [InlineData("unanimous", 6, 1, "rejected")]
    public async Task G11_Result_IsWhatTheVotesMake(string majority, int votesFor, int votesAgainst, string result)
    {
        var (network, body) = await BodyAsync();

        var decision = (await DecideAsync(network, body, new { decidedOn = "2024-03-01", subject = "Strategy", text = "We do this.", quorumNeeded = 5, present = 9, votesFor, votesAgainst, abstained = 1, majority })).Expect(201);

        Assert.Equal(result, (string?)decision.Json["result"]);
        Assert.Equal(result, (string?)(await network.Reader.GetAsync($"/api/v1/decisions/{decision.Id}", Ct)).Expect(200).Json["result"]);
    }

    [Fact]
    public async Task G11_WithoutItsQuorum_NothingIsDecided()
    {
        var (network, body) = await BodyAsync();

        (await DecideAsync(network, body, new { decidedOn = "2024-03-01", subject = "Strategy", text = "x", quorumNeeded = 5, present = 4, votesFor = 4, votesAgainst = 0 })).IsProblem(409, "quorum-missing");

        Assert.Empty((await network.Reader.GetAsync($"/api/v1/bodies/{body}/decisions", Ct)).Expect(200).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task G11_Decision_FaultsAreToldAtOnce()
    {
        var (network, body) = await BodyAsync();
        var elsewhere = await shared.NewNetworkAsync(Ct);
        var foreign = (await elsewhere.RegisterAsync("Foreign", Ct)).Expect(201).Id;

        var invalid = (await DecideAsync(network, body, new { decidedOn = "2019-12-31", subject = "", text = "x", quorumNeeded = 0, present = 3, votesFor = -1, votesAgainst = 0, minutes = "file:///etc", concerns = (object[])[new { type = "person", id = Guid.NewGuid() }] })).IsProblem(422, "invalid");
        Assert.Equal(["/subject required", "/decidedOn out-of-range", "/quorumNeeded out-of-range", "/votesFor out-of-range", "/minutes bad-address", "/concerns/0/type unknown-type"], invalid.Faults());
        Assert.Equal(["/present fewer-than-votes"], (await DecideAsync(network, body, Decision(votesFor: 8))).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/correctsId unknown-decision", "/concerns/0/id unknown-record"], (await DecideAsync(network, body,
            new { decidedOn = "2024-03-01", subject = "s", text = "t", quorumNeeded = 1, present = 3, votesFor = 1, votesAgainst = 0, correctsId = Guid.NewGuid(), concerns = (object[])[new { type = "organisation", id = foreign }] })).IsProblem(422, "invalid").Faults());
        (await network.Contributor.PostAsync($"/api/v1/bodies/{body}/decisions", Decision(), Ct)).IsProblem(403, "forbidden");
        (await elsewhere.Steward.PostAsync($"/api/v1/bodies/{body}/decisions", Decision(), Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task G11_Correction_NamesWhatItCorrects_Once_AndBothStay()
    {
        var (network, body) = await BodyAsync();
        var wrong = (await DecideAsync(network, body, Decision(votesFor: 5))).Expect(201).Id;
        var right = (await DecideAsync(network, body, Decision(votesFor: 4, corrects: wrong))).Expect(201).Id;
        (await DecideAsync(network, body, Decision(votesFor: 3, corrects: wrong))).IsProblem(409, "decision-corrected");

        var list = (await network.Reader.GetAsync($"/api/v1/bodies/{body}/decisions", Ct)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal([(right, wrong, null), (wrong, null, right)], list.Select(d => ((Guid)d!["id"]!, (Guid?)d["correctsId"], (Guid?)d["correctedById"])));
        Assert.Equal(405, (await network.Steward.PatchAsync($"/api/v1/decisions/{wrong}", new { votesFor = 1 }, Ct, ("If-Match", "*"))).Status);
    }

    [Fact]
    public async Task G11_DecisionEvent_HasNumbersAndNoWords()
    {
        var (network, body) = await BodyAsync();
        var decision = (await DecideAsync(network, body, new { decidedOn = "2024-03-01", subject = "Exclusion of Jeanne", text = "Jeanne did it.", quorumNeeded = 1, present = 3, votesFor = 2, votesAgainst = 1 })).Expect(201).Id;

        var payload = await shared.ScalarAsync<string>("select payload::text || coalesce(record::text, '') from change_log where subject_id = $1", Ct, decision);

        Assert.DoesNotContain("Jeanne", payload, StringComparison.Ordinal);
        Assert.Equal(("adopted", 2), ((string?)JsonNode.Parse(payload)!["state"]!["result"], (int)JsonNode.Parse(payload)!["state"]!["votesFor"]!));
    }

    [Fact]
    public async Task G11_Move_MayNameTheDecision_OfItsNetworkOrOneAbove_ThatWasAdopted()
    {
        var (network, body) = await BodyAsync();
        var id = (await network.RegisterAsync("Suspended by a decision", Ct)).Expect(201).Id;
        var moves = $"/api/v1/organisations/{id}/affiliations/{network.Node}/moves";
        var rejected = (await DecideAsync(network, body, Decision(votesFor: 0))).Expect(201).Id;
        var wrong = (await DecideAsync(network, body, Decision())).Expect(201).Id;
        var adopted = (await DecideAsync(network, body, Decision(corrects: wrong))).Expect(201).Id;
        var (other, otherBody) = await BodyAsync();
        var foreign = (await DecideAsync(other, otherBody, Decision())).Expect(201).Id;

        foreach (var bad in (Guid[])[rejected, wrong, foreign, Guid.NewGuid()])
            Assert.Equal(["/decisionId unknown-decision"], (await network.Steward.PostAsync(moves, new { to = "suspended", reason = "r", decisionId = bad }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/decidedBy not-both"], (await network.Steward.PostAsync(moves, new { to = "suspended", reason = "r", decisionId = adopted, decidedBy = "Board" }, Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal(["/decidedBy required", "/decidedOn required"], (await network.Steward.PostAsync(moves, new { to = "suspended", reason = "r" }, Ct)).IsProblem(422, "invalid").Faults());
        (await network.Steward.PostAsync(moves, new { to = "suspended", reason = "r", decisionId = adopted }, Ct)).Expect(200);

        var move = (await network.Reader.GetAsync(moves, Ct)).Expect(200).Json["items"]!.AsArray().Single()!;
        Assert.Equal(($"board of {network.Node}", "2024-03-01", adopted), ((string?)move["decidedBy"], (string?)move["decidedOn"], (Guid?)move["decisionId"]));
    }

    private async Task<(Network Network, Guid Body)> BodyAsync()
    {
        var network = await shared.NewNetworkAsync(Ct);
        return (network, (await network.Steward.PostAsync($"/api/v1/nodes/{network.Node}/bodies", new { code = "board", from = "2020-01-01" }, Ct)).Expect(201).Id);
    }

    private static object Decision(int votesFor = 5, Guid? corrects = null) =>
        new { decidedOn = "2024-03-01", subject = "Dues", text = "Who does not pay is suspended.", quorumNeeded = 5, present = 7, votesFor, votesAgainst = 1, correctsId = corrects };

    private static Task<Answer> DecideAsync(Network network, Guid body, object decision) => network.Steward.PostAsync($"/api/v1/bodies/{body}/decisions", decision, Ct);
}
