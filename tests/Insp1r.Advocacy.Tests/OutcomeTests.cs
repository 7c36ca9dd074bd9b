using System.Text.Json.Nodes;
using Insp1r.Contracts.Membership;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Advocacy.Tests;

public sealed class OutcomeTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A11_RecordOutcome_WithATitleOnly_IsADraft()
    {
        var network = shared.NewNetwork();

        var recorded = (await network.Contributor.PostAsync("/api/v1/outcomes", new { node = network.Node, title = new { es = "Una ley" }, sourceLanguage = "es" }, Ct)).Expect(201);

        Assert.Equal(("draft", "node", 1), ((string?)recorded.Json["status"], (string?)recorded.Json["publication"], recorded.Version));
        Assert.Null(recorded.Json["occurredOn"]);
    }

    [Fact]
    public async Task A11_SubmitOutcome_Incomplete_NamesEveryMissingField()
    {
        var network = shared.NewNetwork();
        var draft = (await network.Contributor.PostAsync("/api/v1/outcomes", new { node = network.Node, title = new { en = "A law" }, sourceLanguage = "en" }, Ct)).Expect(201);

        var refused = await network.Contributor.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct);

        Assert.Equal(
            ["/contributions required", "/country required", "/intended required", "/occurredOn required", "/polarity required", "/significance required",
                "/socialActor required", "/statement required", "/type required"],
            refused.IsProblem(422, "invalid").Faults().Order(StringComparer.Ordinal));
        Assert.Equal("draft", (string?)(await network.Reader.GetAsync($"/api/v1/outcomes/{draft.Id}", Ct)).Json["status"]);
    }

    [Theory]
    [InlineData("statement", "/statement required")]
    [InlineData("significance", "/significance required")]
    [InlineData("socialActor", "/socialActor required")]
    [InlineData("occurredOn", "/occurredOn required")]
    [InlineData("country", "/country required")]
    [InlineData("type", "/type required")]
    [InlineData("polarity", "/polarity required")]
    [InlineData("intended", "/intended required")]
    [InlineData("contributions", "/contributions required")]
    public async Task A11_SubmitOutcome_WithoutOneRequiredField_NamesThatOne(string field, string fault)
    {
        var network = shared.NewNetwork();
        var body = network.Outcome(await network.RegisterAsync(Ct));
        body.Remove(field);
        var draft = (await network.Contributor.PostAsync("/api/v1/outcomes", body.ToJsonString(), Ct)).Expect(201);

        var refused = await network.Contributor.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct);

        Assert.Equal([fault], refused.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task A11_SubmitOutcome_Complete_IsSubmittedOnce_AndStaysAsItIs()
    {
        var network = shared.NewNetwork();
        var draft = await network.RecordAsync(Ct, await network.RegisterAsync(Ct));

        var submitted = (await network.Contributor.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct)).Expect(200);

        Assert.Equal(("submitted", 2), ((string?)submitted.Json["status"], submitted.Version));
        (await network.Contributor.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct)).IsProblem(409, "outcome-not-draft");
        (await network.Contributor.PatchAsync($"/api/v1/outcomes/{draft.Id}", new { country = "ML" }, Ct, submitted.IfMatch())).IsProblem(409, "outcome-not-draft");
        Assert.Equal(
            ["advocacy.outcome-recorded.v1", "advocacy.outcome-submitted.v1"],
            (await network.Reader.GetAsync("/api/v1/changes/advocacy", Ct)).Json["items"]!.AsArray().Select(change => (string)change!["type"]!));
    }

    [Fact]
    public async Task A11_ChangeOutcome_Draft_ChangesThatMember_AndKeepsTheRest()
    {
        var network = shared.NewNetwork();
        var organisation = await network.RegisterAsync(Ct);
        var draft = await network.RecordAsync(Ct, organisation);

        var changed = (await network.Contributor.PatchAsync($"/api/v1/outcomes/{draft.Id}", """{"type":"practice","evidence":[],"policyStage":null}""", Ct, draft.IfMatch())).Expect(200);

        var expected = draft.Json.AsObject().DeepClone();
        (expected["type"], expected["evidence"], expected["policyStage"], expected["version"], expected["changedAt"]) =
            ("practice", new JsonArray(), null, 2, changed.Json["changedAt"]!.DeepClone());
        Assert.True(JsonNode.DeepEquals(expected, changed.Json), changed.Text);
    }

    [Fact]
    public async Task A11_ChangeOutcome_ThatSomebodyChangesAtTheSameMoment_IsRefusedAndChangesNothing()
    {
        var network = shared.NewNetwork();
        var draft = await network.RecordAsync(Ct, await network.RegisterAsync(Ct));
        await using var connection = new NpgsqlConnection($"{shared.Database};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var other = await connection.BeginTransactionAsync(Ct);
        await using (var update = new NpgsqlCommand("update outcome set version = 2, country = 'BI' where id = $1", connection, other) { Parameters = { new() { Value = draft.Id } } })
            await update.ExecuteNonQueryAsync(Ct);

        var change = network.Contributor.PatchAsync($"/api/v1/outcomes/{draft.Id}", new { country = "ML" }, Ct, draft.IfMatch());
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(*) from pg_locks where not granted and locktype = 'transactionid'", Ct) == 1, "the change waits for the other", Ct);
        await other.CommitAsync(Ct);

        (await change).IsProblem(412, "version-stale");
        Assert.Equal("BI", (string?)(await network.Reader.GetAsync($"/api/v1/outcomes/{draft.Id}", Ct)).Json["country"]);
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id = $1", Ct, draft.Id));
    }

    [Fact]
    public async Task A11_ListOutcomes_ByEachFilter_FindsThose()
    {
        var network = shared.NewNetwork();
        var organisation = await network.RegisterAsync(Ct);
        var policy = await network.RecordAsync(Ct, organisation);
        var other = network.Outcome(organisation);
        (other["type"], other["country"], other["sdgTargets"], other["title"]) = ("relationship", "BI", new JsonArray("3.8"), new JsonObject { ["en"] = "Recognised as a partner" });
        var relationship = (await network.Contributor.PostAsync("/api/v1/outcomes", other.ToJsonString(), Ct)).Expect(201);
        await network.Contributor.PostAsync($"/api/v1/outcomes/{relationship.Id}/submission", null, Ct);

        async Task<Guid[]> FindAsync(string query) => (await network.Reader.GetAsync($"/api/v1/outcomes?node={network.Node}&{query}", Ct)).Expect(200).Ids();

        Assert.Equal([relationship.Id, policy.Id], await FindAsync("limit=10"));
        Assert.Equal([policy.Id], await FindAsync("type=policy"));
        Assert.Equal([relationship.Id], await FindAsync("country=BI"));
        Assert.Equal([relationship.Id], await FindAsync("sdg=3.8"));
        Assert.Equal([relationship.Id], await FindAsync("status=submitted"));
        Assert.Equal([policy.Id], await FindAsync("text=agees"));
        Assert.Empty(await FindAsync("text=100%25"));
        Assert.Equal([policy.Id], (await shared.App.As("reader@insp1r").GetAsync($"/api/v1/outcomes?node={network.Node}&status=draft", Ct)).Ids());
    }

    [Fact]
    public async Task A11_RecordOutcome_SameKeyTwice_RecordsOnce()
    {
        var network = shared.NewNetwork();
        var body = network.Outcome(await network.RegisterAsync(Ct)).ToJsonString();
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var first = (await network.Contributor.PostAsync("/api/v1/outcomes", body, Ct, key)).Expect(201);
        var second = (await network.Contributor.PostAsync("/api/v1/outcomes", body, Ct, key)).Expect(201);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal((first.Headers["Location"], first.ETag), (second.Headers["Location"], second.ETag));
        Assert.Equal([first.Id], (await network.Reader.GetAsync($"/api/v1/outcomes?node={network.Node}", Ct)).Ids());
    }

    [Fact]
    public async Task A11_RecordOutcome_OrganisationThatArrivesLater_SucceedsWithTheSameKey()
    {
        var network = shared.NewNetwork();
        var organisation = Guid.CreateVersion7();
        var body = network.Outcome(organisation).ToJsonString();
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var early = await network.Contributor.PostAsync("/api/v1/outcomes", body, Ct, key);
        await shared.Broker.SendAsync(new Contracts.Membership.OrganisationRegistered(Events.Organisation(organisation, 1, network.Node)), Ct);

        Assert.Equal("1", early.IsProblem(422, "invalid").Headers["Retry-After"]);
        await Until.TrueAsync(async () => (await network.Contributor.PostAsync("/api/v1/outcomes", body, Ct, key)).Status == 201, "the outcome is recorded", Ct);
        Assert.Single((await network.Reader.GetAsync($"/api/v1/outcomes?node={network.Node}", Ct)).Ids());
    }

    [Fact]
    public async Task MainJob3_Contribution_OfAnUnknownOrganisation_IsRefusedWithItsPointer()
    {
        var network = shared.NewNetwork();

        var refused = await network.Contributor.PostAsync("/api/v1/outcomes", network.Outcome(await network.RegisterAsync(Ct), Guid.CreateVersion7()).ToJsonString(), Ct);

        Assert.Equal(["/contributions/1/organisationId unknown-organisation"], refused.IsProblem(422, "invalid").Faults());
        Assert.Contains("(yet)", (string)refused.Json["errors"]![0]!["detail"]!, StringComparison.Ordinal);
        Assert.Empty((await network.Reader.GetAsync($"/api/v1/outcomes?node={network.Node}", Ct)).Ids());
    }

    [Fact]
    public async Task MainJob3_Contribution_OfAnotherNetworksOrganisation_IsRefusedLikeAnUnknownOne()
    {
        var (network, other) = (shared.NewNetwork(), shared.NewNetwork());
        var foreign = await other.RegisterAsync(Ct);

        var refused = await network.Contributor.PostAsync("/api/v1/outcomes", network.Outcome(foreign).ToJsonString(), Ct);
        var unknown = await network.Contributor.PostAsync("/api/v1/outcomes", network.Outcome(Guid.CreateVersion7()).ToJsonString(), Ct);

        refused.IsProblem(422, "invalid");
        Assert.Equal(unknown.Json["errors"]!.ToJsonString(), refused.Json["errors"]!.ToJsonString());
    }

    [Fact]
    public async Task MainJob5_SuspendedOrganisation_IsRefusedFromThenOn_AtRecordChangeAndSubmission_UntilReinstated()
    {
        var network = shared.NewNetwork();
        var organisation = await network.RegisterAsync(Ct);
        var draft = await network.RecordAsync(Ct, organisation);
        var other = (await network.Contributor.PostAsync("/api/v1/outcomes", new { node = network.Node, title = new { en = "Another" }, sourceLanguage = "en" }, Ct)).Expect(201);

        await network.SuspendAsync(organisation, Ct);

        var fault = "/contributions/0/organisationId organisation-suspended";
        Assert.Equal([fault], (await network.Contributor.PostAsync("/api/v1/outcomes", network.Outcome(organisation).ToJsonString(), Ct)).IsProblem(422, "invalid").Faults());
        Assert.Equal([fault], (await network.Contributor.PatchAsync($"/api/v1/outcomes/{other.Id}", new { contributions = new[] { new { organisationId = organisation } } }, Ct, other.IfMatch())).IsProblem(422, "invalid").Faults());
        Assert.Equal([fault], (await network.Contributor.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct)).IsProblem(422, "invalid").Faults());

        await network.ReinstateAsync(organisation, Ct);
        (await network.Contributor.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct)).Expect(200);
    }

    [Fact]
    public async Task MainJob5_WithdrawnOrganisation_IsRefusedWithThatReason()
    {
        var network = shared.NewNetwork();
        var withdrawn = await network.RegisterAsync(Ct, "withdrawn");

        var refused = await network.Contributor.PostAsync("/api/v1/outcomes", network.Outcome(withdrawn).ToJsonString(), Ct);

        Assert.Equal(["/contributions/0/organisationId organisation-withdrawn"], refused.IsProblem(422, "invalid").Faults());
    }

    [Fact]
    public async Task M11_Contribution_OfAMergedOrganisation_IsShownWithTheSurvivor_UntilTheMergeIsUndone()
    {
        var network = shared.NewNetwork();
        var (merged, survivor, other) = (await network.RegisterAsync(Ct), await network.RegisterAsync(Ct), await network.RegisterAsync(Ct));
        var outcome = (await network.RecordAsync(Ct, merged, other)).Id;

        await network.SayMergedAsync(merged, 2, survivor, Ct);
        Assert.Equal([survivor, other], await ShownAsync());
        // Whoever sends back what was read severs nothing.
        var read = (await network.Reader.GetAsync($"/api/v1/outcomes/{outcome}", Ct)).Expect(200);
        var contributions = read.Json["contributions"]!.AsArray().Select(c => new { organisationId = (Guid)c!["organisationId"]!, role = (string?)c["role"], claim = (string?)c["claim"] });
        var changed = (await network.Contributor.PatchAsync($"/api/v1/outcomes/{outcome}", new { contributions, socialActor = "The ministry" }, Ct, ("If-Match", read.ETag!))).Expect(200);
        Assert.Equal(survivor, (Guid)changed.Json["contributions"]![0]!["currentOrganisationId"]!);
        // What names the duplicate is good as long as the survivor's contribution is.
        await network.SuspendAsync(survivor, Ct);
        Assert.Equal(["/contributions/0/organisationId organisation-suspended"], (await network.Contributor.PostAsync($"/api/v1/outcomes/{outcome}/submission", null, Ct)).IsProblem(422, "invalid").Faults());
        await network.ReinstateAsync(survivor, Ct);
        (await network.Contributor.PostAsync($"/api/v1/outcomes/{outcome}/submission", null, Ct)).Expect(200);

        await network.SayMergedAsync(merged, 3, null, Ct);
        Assert.Equal([merged, other], await ShownAsync());
        // The merge that arrives late, after its reversal, is no news.
        await shared.Broker.SendAsync(new OrganisationMerged(Events.Organisation(merged, 2, network.Node, "merged"), survivor), Ct);
        await network.SayMergedAsync(other, 2, survivor, Ct);
        Assert.Equal([merged, survivor], await ShownAsync());

        async Task<Guid[]> ShownAsync()
        {
            var one = (await network.Reader.GetAsync($"/api/v1/outcomes/{outcome}", Ct)).Expect(200).Json;
            var listed = (await network.Reader.GetAsync("/api/v1/outcomes", Ct)).Expect(200).Json["items"]!.AsArray().Single(o => (Guid)o!["id"]! == outcome)!;
            Assert.Equal(one.ToJsonString(), listed.ToJsonString());
            return [.. one["contributions"]!.AsArray().Select(c => (Guid)(c!["currentOrganisationId"] ?? c["organisationId"])!)];
        }
    }

    [Fact]
    public async Task History_OfAnOutcome_IsForItsOwnNode_WhateverItWasPublishedTo()
    {
        var owner = shared.NewNetwork();
        var outcome = await owner.SubmitAsync(Ct, "public");

        var items = (await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}/history", Ct)).Expect(200).Json["items"]!.AsArray();

        Assert.Equal(["advocacy.outcome-submitted.v1", "advocacy.outcome-recorded.v1"], items.Select(entry => (string?)entry!["what"]));
        Assert.Contains(items[0]!["changes"]!.AsArray(), change => (string?)change!["field"] == "status" && (string?)change["after"] == "submitted");
        var other = shared.NewNetwork();
        (await other.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Expect(200);
        (await other.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}/history", Ct)).IsProblem(404, "not-found");
    }

    [Theory]
    [InlineData("node", false, false, false)]
    [InlineData("continental", true, false, false)]
    [InlineData("network", true, true, true)]
    [InlineData("public", true, true, true)]
    public async Task G4_SubmittedOutcome_IsSeenAsItsLevelSays(string publication, bool neighbour, bool otherContinent, bool otherContinentsNode)
    {
        var owner = shared.NewNetwork();
        var outcome = await owner.SubmitAsync(Ct, publication);

        async Task<bool> SeesAsync(params string[] grants)
        {
            var one = await shared.App.As(grants).GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct);
            var listed = (await shared.App.As(grants).GetAsync($"/api/v1/outcomes?node={owner.Node}", Ct)).Expect(200).Ids().Contains(outcome.Id);
            var verdicts = await shared.App.As(grants).GetAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", Ct);
            Assert.Equal((listed, listed), (one.Expect(200, 404).Status == 200, verdicts.Expect(200, 404).Status == 200));
            return listed;
        }

        Assert.True(await SeesAsync($"reader@{owner.Node}"));
        Assert.True(await SeesAsync("reader@insp1r.africa"));
        Assert.True(await SeesAsync("reader@insp1r"));
        Assert.Equal(neighbour, await SeesAsync($"reader@{shared.NewNetwork().Node}"));
        Assert.Equal(otherContinent, await SeesAsync($"reader@{shared.NewNetwork("asia").Node}"));
        Assert.Equal(otherContinentsNode, await SeesAsync("reader@insp1r.asia"));
        // A path that begins with the same letters is another network.
        Assert.Equal(neighbour, await SeesAsync($"reader@{owner.Node}0"));
    }

    [Fact]
    public async Task G4_DraftOutcome_IsSeenByItsOwnNetworkOnly_WhateverItsLevel()
    {
        var (owner, neighbour) = (shared.NewNetwork(), shared.NewNetwork());
        var draft = await owner.RecordAsync(Ct, await owner.RegisterAsync(Ct));

        (await owner.Reader.GetAsync($"/api/v1/outcomes/{draft.Id}", Ct)).Expect(200);
        (await neighbour.Steward.GetAsync($"/api/v1/outcomes/{draft.Id}", Ct)).IsProblem(404, "not-found");
        (await neighbour.Steward.PostAsync($"/api/v1/outcomes/{draft.Id}/submission", null, Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task G4_SubmittedOutcome_OfAnotherNetwork_CanBeReadAndNotWritten()
    {
        var (owner, neighbour) = (shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);

        (await neighbour.Steward.PatchAsync($"/api/v1/outcomes/{outcome.Id}", new { country = "BI" }, Ct, outcome.IfMatch())).IsProblem(403, "outside-your-nodes");
        (await neighbour.Steward.PostAsync($"/api/v1/outcomes/{outcome.Id}/submission", null, Ct)).IsProblem(403, "outside-your-nodes");
    }

    [Fact]
    public async Task A11_Outcome_InAnInvalidState_IsRefusedFieldByField()
    {
        var network = shared.NewNetwork();
        var body = network.Outcome();
        (body["occurredOn"], body["country"], body["sdgTargets"], body["socialActor"]) = ("2999-01-01", "Rwanda", new JsonArray("99.9"), new string('x', 301));
        body["evidence"] = new JsonArray(new JsonObject { ["url"] = "javascript:alert(1)", ["language"] = "x" });
        body["demandId"] = Guid.CreateVersion7();
        body["campaignId"] = Guid.CreateVersion7();

        var refused = await network.Contributor.PostAsync("/api/v1/outcomes", body.ToJsonString(), Ct);

        Assert.Equal(
            ["/campaignId unknown-campaign", "/country bad-country", "/demandId unknown-demand", "/evidence/0/language bad-language", "/evidence/0/url bad-url",
                "/occurredOn in-the-future", "/occurredOn out-of-range", "/sdgTargets/0 unknown-sdg-target", "/socialActor too-long"],
            refused.IsProblem(422, "invalid").Faults().Order(StringComparer.Ordinal));
    }
}
