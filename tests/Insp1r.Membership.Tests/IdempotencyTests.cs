namespace Insp1r.Membership.Tests;

public sealed class IdempotencyTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S5_ConcurrentPostsWithOneKey_OneEffectOneAnswer()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var key = ("Idempotency-Key", "post-1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Once"), Ct, key)));

        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(409, "idempotency-key-in-flight"));
        var created = answers.Where(answer => answer.Status == 201).Select(answer => answer.Text).Distinct().ToList();
        Assert.Single(created);
        var late = (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Once"), Ct, key)).Expect(201);
        Assert.Equal(created[0], late.Text);
        Assert.Equal("true", late.Headers["Idempotent-Replayed"]);
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1", Ct, network.Node));
        Assert.Equal(2, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Fact]
    public async Task S5_SameKeyOtherBody_Is422_OtherClientsKeyIsAnother()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var key = ("Idempotency-Key", "post-2");
        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("First"), Ct, key)).Expect(201);

        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Second"), Ct, key)).IsProblem(422, "idempotency-key-reused");
        (await network.Steward.PostAsync("/api/v1/organisations", network.Organisation("Second"), Ct, key)).Expect(201);

        Assert.Equal(["First", "Second"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names().Order());
    }

    [Fact]
    public async Task S5_Decision_SentTwiceWithItsKey_IsMadeOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = (await network.RegisterAsync("Suspended", Ct)).Expect(201).Id;
        var body = new { reason = "r", decidedBy = "b", decidedOn = "2026-03-01" };
        var key = ("Idempotency-Key", "decide-1");

        var first = (await network.Steward.PostAsync($"/api/v1/organisations/{id}/suspension", body, Ct, key)).Expect(200);
        var second = (await network.Steward.PostAsync($"/api/v1/organisations/{id}/suspension", body, Ct, key)).Expect(200);

        Assert.Equal(first.Text, second.Text);
        Assert.Equal("\"2\"", second.ETag);
        Assert.Single((await network.Reader.GetAsync($"/api/v1/organisations/{id}/decisions", Ct)).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task S5_RefusedPost_LeavesNothingBehind()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.RegisterAsync("Owner", Ct, [$"{network.Ns}:1"]);
        var key = ("Idempotency-Key", "post-3");

        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation("Taker", externalIds: [$"{network.Ns}:1"]), Ct, key)).IsProblem(409, "external-id-taken");
        (await network.Contributor.PostAsync("/api/v1/organisations", network.Organisation(""), Ct, ("Idempotency-Key", "post-4"))).IsProblem(422, "invalid");

        Assert.Equal(["Owner"], (await network.Reader.GetAsync("/api/v1/organisations", Ct)).Names());
    }
}
