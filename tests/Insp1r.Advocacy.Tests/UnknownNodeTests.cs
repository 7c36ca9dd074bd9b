using Insp1r.Contracts.Membership;
using Insp1r.Testing.Stack;

namespace Insp1r.Advocacy.Tests;

/// <summary>What is recorded belongs to a node of the network, and not to a path that looks like one.</summary>
public sealed class UnknownNodeTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Api Root => shared.App.As("steward@insp1r");

    [Theory]
    [InlineData("/api/v1/campaigns", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en"}""")]
    [InlineData("/api/v1/demands", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en"}""")]
    [InlineData("/api/v1/outcomes", """{"node":"NODE","title":{"en":"a"},"sourceLanguage":"en"}""")]
    [InlineData("/api/v1/target-bodies", """{"node":"NODE","code":"CODE","names":{"en":"a"},"country":"RW"}""")]
    public async Task I10_Record_ForANodeThatArrivesLater_IsRefused_ThenSucceedsWithTheSameKey(string path, string template)
    {
        var node = NotYet();
        var body = template.Replace("NODE", node, StringComparison.Ordinal).Replace("CODE", $"RW-{Guid.NewGuid():N}".ToUpperInvariant(), StringComparison.Ordinal);
        var key = ("Idempotency-Key", Guid.NewGuid().ToString());

        var early = await Root.PostAsync(path, body, Ct, key);
        var foreign = await shared.App.As("steward@insp1r.asia").PostAsync(path, body, Ct);

        Assert.Equal(["/node unknown-node"], early.IsProblem(422, "invalid").Faults());
        Assert.Equal("2", early.Headers["Retry-After"]);
        foreign.IsProblem(403, "outside-your-nodes");
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from change_log where node = $1", Ct, node));

        await shared.Broker.SendAsync(new NodeAdded(Events.Node(Guid.CreateVersion7(), 1, node)), Ct);
        await Until.TrueAsync(async () => (await Root.PostAsync(path, body, Ct, key)).Status == 201, "it is recorded", Ct);
        Assert.Equal(1L, await shared.ScalarAsync<long>("select count(*) from change_log where node = $1", Ct, node));
    }

    [Fact]
    public async Task A12_Substantiate_ForANodeThatArrivesLater_IsRefused_ThenSubstantiates()
    {
        var outcome = await shared.NewNetwork().SubmitAsync(Ct);
        var node = NotYet();
        var contributor = shared.App.As($"contributor@{node}");
        var path = $"/api/v1/outcomes/{outcome.Id}/substantiations";

        var early = await contributor.PostAsync(path, new { node, verdict = "agree" }, Ct);

        Assert.Equal(["/node unknown-node"], early.IsProblem(422, "invalid").Faults());
        Assert.Equal("2", early.Headers["Retry-After"]);
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from substantiation where outcome_id = $1", Ct, outcome.Id));

        await shared.Broker.SendAsync(new NodeAdded(Events.Node(Guid.CreateVersion7(), 1, node)), Ct);
        await Until.TrueAsync(async () => (await contributor.PostAsync(path, new { node, verdict = "agree" }, Ct)).Status == 201, "the verdict is given", Ct);
    }

    private static string NotYet() => $"insp1r.africa.x{Guid.NewGuid():N}";
}
