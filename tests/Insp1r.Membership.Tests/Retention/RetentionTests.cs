using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;
using Npgsql;
using NpgsqlTypes;

namespace Insp1r.Membership.Tests.Retention;

/// <summary>Nothing outlives its rule, and the report says so.</summary>
public sealed class RetentionTests(QuietService service, Shared shared) : IClassFixture<QuietService>
{
    private const string BreakTokens = """
        create or replace function broken() returns trigger language plpgsql as $$ begin raise exception 'out of order'; end $$;
        create trigger broken before delete on session_token for each row execute function broken()
        """;

    private const string MendTokens = "drop trigger if exists broken on session_token";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G9_EachRule_RemovesWhatHasHadItsTimeAndNothingElse()
    {
        var declared = await service.ReportAsync();
        Assert.Equal(RuleCases.All.Keys.Order(StringComparer.Ordinal), declared.Keys.Order(StringComparer.Ordinal));
        await service.RunAsync();
        foreach (var (name, rule) in RuleCases.All)
        {
            var end = DateTimeOffset.UtcNow.AddDays(-(int)declared[name]["keepDays"]!);
            await InsertAsync(rule, $"{name} old", end.AddHours(-1));
            await InsertAsync(rule, $"{name} young", end.AddHours(1));
            if (rule.HasNoEnd)
                await InsertAsync(rule, $"{name} without end", null);
        }

        // The log goes with its seals, and only once it was relayed.
        await SealedLog.SealAsync(service.Database);
        await service.ExecuteAsync("update audit_seal set sealed_at = now() - interval '10 years'");
        await service.ExecuteAsync("update log_reader set (tx_id, seq) = (select tx_id, seq from change_log order by tx_id desc, seq desc limit 1)");
        var report = await service.RunAsync();

        foreach (var (name, rule) in RuleCases.All)
        {
            var left = new List<string>();
            foreach (var record in (string[])["old", "young", "without end"])
            {
                if (await service.ScalarAsync<long>(rule.Left, $"{name} {record}") == 1)
                    left.Add(record);
            }

            var line = report[name];
            Assert.True(left.SequenceEqual(rule.HasNoEnd ? ["young", "without end"] : ["young"], StringComparer.Ordinal), $"{name} left {string.Join(", ", left)}: {line.ToJsonString()}");
            Assert.True((1, null, false, false) == ((int)line["removed"]!, (string?)line["error"], (bool)line["due"]!, (bool)line["overdue"]!), line.ToJsonString());
            Assert.True((long)line["removedIn30Days"]! >= 1, line.ToJsonString());
            Assert.InRange((DateTimeOffset)line["lastRunAt"]!, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
            // The log's oldest is the first in its order, which these rows are not.
            var oldest = DateTimeOffset.UtcNow.AddDays(-(int)line["keepDays"]!).AddHours(1);
            if (name != "log")
                Assert.InRange((DateTimeOffset)line["oldestLeft"]!, oldest.AddMinutes(-1), oldest.AddMinutes(1));
        }

        Assert.All(await service.RunAsync(), line => Assert.Equal(0, (int)line.Value["removed"]!));
    }

    [Fact]
    public async Task G9_Report_IsForOperatorsAlone()
    {
        (await service.Steward.GetAsync("/api/v1/operations/membership/retention", Ct)).Expect(403);
        (await service.Steward.PostAsync("/api/v1/operations/membership/retention/runs", null, Ct)).Expect(403);

        var line = (await service.ReportAsync())["persons"];

        Assert.Equal((730, true), ((int)line["keepDays"]!, ((string)line["basis"]!).Contains("GDPR", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task G9_RunByHand_TheTrailTellsWhoseHand()
    {
        const string Told = "select count(*) from change_log where type = 'membership.retention-run' and actor = 'operator' and visibility = 'audit'";
        var before = await service.ScalarAsync<long>(Told);

        await service.RunAsync();

        Assert.Equal(before + 1, await service.ScalarAsync<long>(Told));
    }

    [Fact]
    public async Task G9_EveryRule_IsInTheOperatorsGuide()
    {
        using var stream = typeof(RetentionTests).Assembly.GetManifestResourceStream("operating.md")!;
        using var reader = new StreamReader(stream);
        var guide = await reader.ReadToEndAsync(Ct);

        Assert.All(await service.ReportAsync(), line => Assert.Contains($"| `{line.Key}` | {(int)line.Value["keepDays"]!:#,0} |", guide, StringComparison.Ordinal));
    }

    [Fact]
    public async Task G9_ManyRows_GoInBoundedSteps()
    {
        await service.RunAsync();
        await service.ExecuteAsync("""
            create table step (rows bigint);
            create function count_step() returns trigger language plpgsql as $$ begin insert into step select count(*) from gone; return null; end $$;
            create trigger count_step after delete on idempotency_key referencing old table as gone for each statement execute function count_step();
            insert into idempotency_key (client_id, key, request_hash, status, headers, body, created_at)
            select 'test', 'many ' || n, '', 200, '{}', '', now() - interval '31 days' from generate_series(1, 2500) n;
            insert into account (id, person_id, node, language, created_at, created_by, version, access_version, last_time_step, email_confirmed,
              two_factor_enabled, lockout_enabled, access_failed_count, invited_at)
            select gen_random_uuid(), gen_random_uuid(), 'insp1r', 'en', now(), 'many', 1, 1, 0, false, false, true, 0, now() - interval '31 days' from generate_series(1, 250)
            """);
        try
        {
            var report = await service.RunAsync();

            Assert.Equal((2_500, 250), ((int)report["idempotency-keys"]["removed"]!, (int)report["invitations"]["removed"]!));
            Assert.Equal("1000 1000 500", await service.ScalarAsync<string>("select string_agg(rows::text, ' ' order by rows desc) from step where rows > 0"));
            Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from account where created_by = 'many'"));
        }
        finally
        {
            await service.ExecuteAsync("drop table step; drop function count_step cascade");
        }
    }

    [Fact]
    public async Task G9_RuleFails_IsReportedAndTheOthersRun()
    {
        await service.RunAsync();
        await InsertAsync(RuleCases.All["session-tokens"], "due", DateTimeOffset.UtcNow.AddDays(-30 - 6));
        await InsertAsync(RuleCases.All["sync-results"], "after it", DateTimeOffset.UtcNow.AddDays(-31));
        await service.ExecuteAsync(BreakTokens);
        try
        {
            var failed = await service.RunAsync();
            await InsertAsync(RuleCases.All["session-tokens"], "overdue", DateTimeOffset.UtcNow.AddDays(-30 - 8));
            var later = await service.RunAsync();

            Assert.Equal(("P0001 out of order", 0, true, false), Line(failed));
            Assert.Equal(1, (int)failed["sync-results"]["removed"]!);
            Assert.Equal(("P0001 out of order", 0, true, true), Line(later));
        }
        finally
        {
            await service.ExecuteAsync(MendTokens);
        }

        Assert.Equal((null, 2, false, false), Line(await service.RunAsync()));

        static (string?, int, bool, bool) Line(Dictionary<string, JsonNode> report) => report["session-tokens"] is var line
            ? ((string?)line["error"], (int)line["removed"]!, (bool)line["due"]!, (bool)line["overdue"]!) : default;
    }

    [Fact]
    public async Task G9_Service_AppliesItsRulesByItself_AndItsHealthTellsWhenItCannot()
    {
        var database = await shared.Postgres.CreateDatabaseAsync($"own_{Guid.NewGuid():N}", Ct);
        await using var app = MembershipApp.Start(database);
        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync(Ct);
            await InsertAsync(connection, RuleCases.All["session-tokens"], "overdue", DateTimeOffset.UtcNow.AddDays(-30 - 8));
            await using var breaking = new NpgsqlCommand(BreakTokens, connection);
            await breaking.ExecuteNonQueryAsync(Ct);

            await Until.TrueAsync(async () => await HealthAsync() == "Degraded: Kept for too long: session-tokens.", "the health tells", Ct);
            Assert.Equal(RuleCases.All.Count, await Shared.ScalarOfAsync<long>(database, "select count(distinct rule) from retention_run", Ct));

            await using var mending = new NpgsqlCommand(MendTokens, connection);
            await mending.ExecuteNonQueryAsync(Ct);
        }

        (await app.As("operator", "operator@insp1r").PostAsync("/api/v1/operations/membership/retention/runs", null, Ct)).Expect(200);
        Assert.Equal("Healthy: ", await HealthAsync());

        async Task<string> HealthAsync()
        {
            using var anybody = new Api(app.Address, new SocketsHttpHandler());
            var check = (await anybody.GetAsync("/health/ready", Ct)).Expect(200).Json["checks"]!["retention"]!;
            return $"{check["status"]}: {check["description"]}";
        }
    }

    [Fact]
    public async Task G9_PeriodConfigured_Counts_AndOutOfItsBoundsTheServiceDoesNotStart()
    {
        var database = await shared.Postgres.CreateDatabaseAsync($"own_{Guid.NewGuid():N}", Ct);
        await using (var app = MembershipApp.Start(database, ("Retention:sessions", "10"), ("Retention:SyncResults", "14"), ("Retention:log", "400")))
        {
            var report = QuietService.ByClass(await app.As("operator", "operator@insp1r").GetAsync("/api/v1/operations/membership/retention", Ct));
            Assert.Equal((10, 14, 400), ((int)report["sessions"]["keepDays"]!, (int)report["sync-results"]["keepDays"]!, (int)report["log"]["keepDays"]!));
        }

        var refused = Assert.Throws<InvalidOperationException>(() => MembershipApp.Start(database, ("Retention:sessions", "6"), ("Retention:persons", "4000")));
        Assert.Equal("Retention:persons is 90 to 3652 days, not 4000. Retention:sessions is 7 to 365 days, not 6.", refused.Message);
    }

    private Task InsertAsync(RuleCase rule, string name, DateTimeOffset? at) => InsertAsync(null, rule, name, at);

    private async Task InsertAsync(NpgsqlConnection? open, RuleCase rule, string name, DateTimeOffset? at)
    {
        await using var own = open is null ? new NpgsqlConnection(service.Database) : null;
        if (own is not null)
            await own.OpenAsync(Ct);
        await using var insert = new NpgsqlCommand(rule.Insert, open ?? own);
        insert.Parameters.AddWithValue(NpgsqlDbType.Text, name);
        insert.Parameters.AddWithValue(NpgsqlDbType.TimestampTz, (object?)at ?? DBNull.Value);
        Assert.Equal(1, await insert.ExecuteNonQueryAsync(Ct));
    }
}
