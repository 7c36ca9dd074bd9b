namespace Insp1r.Communications.Tests;

public sealed class RetentionTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G9_SharedRules_AreAppliedAndReported()
    {
        await shared.ScalarAsync<long>("""
            with due as (
              insert into idempotency_key (client_id, key, request_hash, status, headers, body, created_at)
              select 'test', 'retention ' || days, '', 200, '{}', '', now() - make_interval(days => days) from unnest(array[29, 31]) days returning 1)
            select count(*) from due
            """, Ct);

        using var api = shared.App.As("operator@insp1r");
        var rules = (await api.PostAsync("/api/v1/operations/communications/retention/runs", null, Ct)).Expect(200).Json["rules"]!.AsArray();

        Assert.Equal(["log", "inbox", "idempotency-keys", "retention-runs"], rules.Select(rule => (string)rule!["class"]!));
        Assert.All(rules, rule => Assert.Equal((null, false), ((string?)rule!["error"], (bool)rule["due"]!)));
        Assert.Equal("retention 29", await shared.ScalarAsync<string>("select string_agg(key, ' ') from idempotency_key where key like 'retention %'", Ct));
    }
}
