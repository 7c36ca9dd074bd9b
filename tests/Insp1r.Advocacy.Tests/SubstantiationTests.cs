namespace Insp1r.Advocacy.Tests;

public sealed class SubstantiationTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A12_AnotherNetworkAgrees_OutcomeIsSubstantiated_AndShowsWhoAndWhen()
    {
        var (owner, other) = (shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);

        var said = (await other.SayOfAsync(outcome.Id, "agree", Ct)).Expect(201);

        var read = (await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Expect(200);
        Assert.Equal(("substantiated", other.Node, 3), ((string?)read.Json["status"], (string?)read.Json["substantiatedBy"], read.Version));
        Assert.Equal($"{DateTime.UtcNow:yyyy-MM-dd}", (string?)read.Json["substantiatedOn"]);
        var listed = Assert.Single((await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", Ct)).Expect(200).Json["items"]!.AsArray())!;
        Assert.Equal((said.Id, other.Node, "agree", "We were there."), ((Guid)listed["id"]!, (string?)listed["node"], (string?)listed["verdict"], (string?)listed["comment"]));
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'advocacy.outcome-substantiated.v1' and subject_id = $1", Ct, outcome.Id));
    }

    [Theory]
    [InlineData("partly")]
    [InlineData("disagree")]
    [InlineData("cannot-tell")]
    public async Task A12_AnotherNetworkDoesNotAgree_OutcomeStaysSubmitted(string verdict)
    {
        var (owner, other) = (shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);

        (await other.SayOfAsync(outcome.Id, verdict, Ct)).Expect(201);

        Assert.Equal("submitted", (string?)(await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Json["status"]);
    }

    [Fact]
    public async Task A12_TwoNetworksAgree_AtTheSameTime_TheOutcomeIsSubstantiatedOnce()
    {
        var owner = shared.NewNetwork();
        var outcome = await owner.SubmitAsync(Ct);
        var others = Enumerable.Range(0, 4).Select(_ => shared.NewNetwork()).ToList();

        var answers = await Task.WhenAll(others.Select(other => other.SayOfAsync(outcome.Id, "agree", Ct)));

        Assert.All(answers, answer => answer.Expect(201));
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from change_log where type = 'advocacy.outcome-substantiated.v1' and subject_id = $1", Ct, outcome.Id));
        Assert.Equal(4, (await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", Ct)).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A12_OneNetwork_SaysItOnce()
    {
        var (owner, other) = (shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);
        (await other.SayOfAsync(outcome.Id, "disagree", Ct)).Expect(201);

        (await other.SayOfAsync(outcome.Id, "agree", Ct)).IsProblem(409, "already-substantiated");

        Assert.Equal("submitted", (string?)(await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Json["status"]);
    }

    [Fact]
    public async Task A12_SameKeyTwice_SaysItOnce_AndAnsweredTheSame()
    {
        var (owner, other) = (shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);
        var path = $"/api/v1/outcomes/{outcome.Id}/substantiations";
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var first = (await other.Contributor.PostAsync(path, new { node = other.Node, verdict = "agree" }, Ct, key)).Expect(201);
        var again = (await other.Contributor.PostAsync(path, new { node = other.Node, verdict = "agree" }, Ct, key)).Expect(201);
        var reused = await other.Contributor.PostAsync(path, new { node = other.Node, verdict = "disagree" }, Ct, key);
        var newKey = await other.Contributor.PostAsync(path, new { node = other.Node, verdict = "agree" }, Ct, ("Idempotency-Key", Guid.NewGuid().ToString()));

        Assert.Equal(first.Text, again.Text);
        reused.IsProblem(422, "idempotency-key-reused");
        newKey.IsProblem(409, "already-substantiated");
        Assert.Single((await owner.Reader.GetAsync(path, Ct)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task A12_Owner_OrANodeAboveOrBelowIt_CannotSubstantiate()
    {
        var owner = shared.NewNetwork();
        var outcome = await owner.SubmitAsync(Ct);
        var path = $"/api/v1/outcomes/{outcome.Id}/substantiations";

        foreach (var node in (string[])[owner.Node, "insp1r.africa", "insp1r", $"{owner.Node}.kigali"])
            (await shared.App.As($"contributor@{node}").PostAsync(path, new { node, verdict = "agree" }, Ct)).IsProblem(409, "not-independent");

        Assert.Equal(("submitted", 0), ((string?)(await owner.Reader.GetAsync($"/api/v1/outcomes/{outcome.Id}", Ct)).Json["status"], (await owner.Reader.GetAsync(path, Ct)).Json["items"]!.AsArray().Count));
    }

    [Fact]
    public async Task A12_Harvester_CannotSubstantiateThroughAnotherNode()
    {
        var (owner, other) = (shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);

        var refused = await shared.App.As($"contributor@{owner.Node}", $"contributor@{other.Node}")
            .PostAsync($"/api/v1/outcomes/{outcome.Id}/substantiations", new { node = other.Node, verdict = "agree" }, Ct);

        refused.IsProblem(409, "not-independent");
    }

    [Fact]
    public async Task A12_NodeOfAContributingOrganisation_CannotSubstantiate()
    {
        var (owner, contributing, independent) = (shared.NewNetwork(), shared.NewNetwork(), shared.NewNetwork());
        var continental = shared.App.As("contributor@insp1r.africa");
        var body = owner.Outcome(await owner.RegisterAsync(Ct), await contributing.RegisterAsync(Ct)).ToJsonString();
        var outcome = (await continental.PostAsync("/api/v1/outcomes", body, Ct)).Expect(201);
        (await continental.PostAsync($"/api/v1/outcomes/{outcome.Id}/submission", null, Ct)).Expect(200);

        var refused = (await contributing.SayOfAsync(outcome.Id, "agree", Ct)).IsProblem(409, "not-independent");
        (await independent.SayOfAsync(outcome.Id, "agree", Ct)).Expect(201);

        Assert.Contains(contributing.Node, (string)refused.Json["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A12_Draft_CannotBeSubstantiated_AndIsNotSeen()
    {
        var (owner, other) = (shared.NewNetwork(), shared.NewNetwork());
        var draft = await owner.RecordAsync(Ct, await owner.RegisterAsync(Ct));

        (await other.SayOfAsync(draft.Id, "agree", Ct)).IsProblem(404, "not-found");
        (await owner.SayOfAsync(draft.Id, "agree", Ct)).IsProblem(409, "outcome-not-submitted");
    }

    [Fact]
    public async Task A12_Substantiate_ForANodeThatIsNotTheCallers_IsRefused()
    {
        var (owner, other, third) = (shared.NewNetwork(), shared.NewNetwork(), shared.NewNetwork());
        var outcome = await owner.SubmitAsync(Ct);
        var path = $"/api/v1/outcomes/{outcome.Id}/substantiations";

        (await third.Contributor.PostAsync(path, new { node = other.Node, verdict = "agree" }, Ct)).IsProblem(403, "outside-your-nodes");
        (await other.Reader.PostAsync(path, new { node = other.Node, verdict = "agree" }, Ct)).IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task A12_Status_CannotBeWrittenByTheHarvester()
    {
        var network = shared.NewNetwork();
        var body = network.Outcome(await network.RegisterAsync(Ct));
        body["status"] = "substantiated";

        var refused = await network.Contributor.PostAsync("/api/v1/outcomes", body.ToJsonString(), Ct);
        var draft = await network.RecordAsync(Ct);
        var changed = await network.Contributor.PatchAsync($"/api/v1/outcomes/{draft.Id}", new { status = "substantiated" }, Ct, draft.IfMatch());

        Assert.Contains("'status'", refused.IsProblem(400, "bad-request").Text, StringComparison.Ordinal);
        changed.IsProblem(400, "bad-request");
    }
}
