using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Audit;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Insp1r.Membership.Tests;

/// <summary>A service of its own with a sealed log. No replica relays, so none seals: the tests do.</summary>
public sealed class SealedLog(Shared shared) : IAsyncLifetime
{
    private NpgsqlConnection? _relay;

    internal MembershipApp App { get; private set; } = null!;
    internal Api Steward { get; private set; } = null!;
    internal string Database { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Database = await shared.Postgres.CreateDatabaseAsync($"sealed_{Guid.NewGuid():N}", CancellationToken.None);
        await StartAsync(Database);
        // A cluster that this log is restored into has not given as many transaction ids.
        await ExecuteAsync("do $$ begin for i in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$");
        await AddNodesAsync("a", 15);
        await SealAsync(Database);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => AddNodesAsync($"b{i}", 5)));
        await SealAsync(Database);
        await AddNodesAsync("c", 10);
        await SealAsync(Database);
        await ExecuteAsync("create table kept_log as select * from change_log; create table kept_seal as select * from audit_seal");
    }

    public async ValueTask DisposeAsync()
    {
        Steward.Dispose();
        await App.DisposeAsync();
        await _relay!.DisposeAsync();
    }

    internal async Task AddNodesAsync(string prefix, int count)
    {
        for (var i = 0; i < count; i++)
            (await Steward.PostAsync("/api/v1/nodes", new { path = $"insp1r.{prefix}{i}", level = "continental", names = new { en = prefix } }, CancellationToken.None)).Expect(201);
    }

    internal async Task<JsonNode> VerifyAsync() => (await Steward.GetAsync("/api/v1/audit/membership/verification", CancellationToken.None)).Expect(200).Json;

    /// <summary>What verification finds, such as <c>changed 2 17</c>: what, seal, position.</summary>
    internal async Task<string[]> FaultsAsync() => Faults(await VerifyAsync());

    internal static string[] Faults(JsonNode answer) => [.. answer["faults"]!.AsArray().Select(fault => $"{fault!["what"]} {fault["block"]} {fault["position"]}".Trim())];

    internal Task ExecuteAsync(string sql) => ExecuteAsync(Database, sql);

    internal Task<T> ScalarAsync<T>(string sql) => Shared.ScalarOfAsync<T>(Database, sql, CancellationToken.None);

    internal Task RestoreAsync() => ExecuteAsync("""
        delete from change_log; insert into change_log overriding system value select * from kept_log;
        delete from audit_seal; insert into audit_seal select * from kept_seal;
        """);

    /// <summary>Seals until nothing waits. Another database's transaction may hold the horizon for a moment.</summary>
    internal static Task SealAsync(string database) => Until.TrueAsync(
        async () =>
        {
            await ExecuteAsync(database, AuditSeals.Seal);
            return await Shared.ScalarOfAsync<bool>(database, """
                select (select (tx_id, seq) from change_log order by tx_id desc, seq desc limit 1) <= (select (to_tx, to_seq) from audit_seal order by number desc limit 1)
                """, CancellationToken.None);
        },
        "all is sealed", CancellationToken.None);

    internal static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task StartAsync(string database)
    {
        _relay = new NpgsqlConnection($"{database};Pooling=false");
        await _relay.OpenAsync();
        await using (var take = new NpgsqlCommand($"select pg_advisory_lock({0x696e73705f6c6f67})", _relay))
            await take.ExecuteNonQueryAsync();
        App = MembershipApp.Start(database);
        Steward = App.As("steward", "steward@insp1r");
    }
}

/// <summary>The chain of seals: it verifies, and who touched what it covers is found out.</summary>
public sealed class AuditChainTests(SealedLog log, Shared shared) : IClassFixture<SealedLog>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G7_Untouched_Verifies()
    {
        var answer = await log.VerifyAsync();

        Assert.True((bool)answer["intact"]!, answer.ToJsonString());
        Assert.Equal(await log.ScalarAsync<long>("select count(*) from change_log"), (long)answer["rows"]!);
        Assert.Equal(3, (long)answer["blocks"]!);
        Assert.Equal(0, (long)answer["unsealed"]!);
        Assert.Null(answer["next"]);
        Assert.Equal(await log.ScalarAsync<string>("select encode(hash, 'hex') from audit_seal where number = 3"), (string?)answer["head"]!["hash"]);
        var newest = (await log.Steward.GetAsync("/api/v1/audit/membership?limit=1", Ct)).Expect(200).Json["items"]![0]!;
        Assert.Equal(3, (long)newest["sealed"]!);
    }

    // A false row of the same subject and of the time that the emptied row says; now() is that of the whole command.
    private const string TellErasure = """
        insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at, actor, origin)
        select gen_random_uuid(), 'membership.x-erased', subject, subject_id, 2, node, 'audit', '{}', now(), actor, origin from change_log where seq = {2.9}
        """;

    // {2.4} is the position of the fourth row of the second seal. What is expected names the seal and the position.
    [Theory]
    [InlineData("update change_log set payload = replace(payload::text, 'continental', 'national')::json where seq = {1.5}", "changed 1 {1.5}")]
    [InlineData("update change_log set actor = 'somebody-else' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set app = 'x' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set origin = 'api 198.51.100.1' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set reason = 'because' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set record = '{}' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set occurred_at = occurred_at - interval '1 microsecond' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set visibility = 'internal', node = 'insp1r' where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("delete from change_log where seq = {2.4}", "removed 2 {2.4}")]
    [InlineData("delete from change_log where seq = {1.1}", "removed 1 {1.1}")]
    [InlineData("delete from change_log where seq = {3.last}", "removed 3 {3.last}")]
    [InlineData("""
        insert into change_log (tx_id, seq, id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at) overriding system value
        select tx_id, 1000000, gen_random_uuid(), type, subject, subject_id, subject_version, node, visibility, payload, occurred_at from change_log where seq = {2.4}
        """, "inserted 2 1000000")]
    [InlineData("""
        insert into change_log (tx_id, seq, id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at) overriding system value
        select '0', -1, gen_random_uuid(), type, subject, subject_id, subject_version, node, visibility, payload, occurred_at from change_log where seq = {2.4}
        """, "inserted 1 -1")]
    [InlineData("""
        insert into change_log (tx_id, seq, id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at, actor, origin) overriding system value
        select (select tx_id from change_log where seq = {2.4}), seq, id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at, actor, origin from change_log where seq = {1.5}
        """, "changed 1 {1.5}")]
    [InlineData("update audit_seal set hash = sha256('x') where number = 2", "seal-changed 2", "seal-changed 3")]
    [InlineData("update audit_seal set sealed_at = sealed_at - interval '6 years' where number = 2", "seal-changed 2")]
    [InlineData("update audit_seal set digests[3] = digests[2] where number = 2", "changed 2 {2.3}", "seal-changed 2")]
    [InlineData("delete from audit_seal where number = 2", "seal-removed 2")]
    [InlineData("""
        create temp table swapped as select * from change_log where seq in ({2.4}, {2.5});
        delete from change_log where seq in ({2.4}, {2.5});
        update swapped set seq = {2.4} + {2.5} - seq;
        insert into change_log overriding system value select * from swapped;
        drop table swapped
        """, "changed 2 {2.4}", "changed 2 {2.5}")]
    [InlineData("update change_log set payload_hash = sha256(convert_to(payload::text, 'UTF8')), payload = null, erased_at = now() where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData($"update change_log set payload_hash = sha256(convert_to(payload::text, 'UTF8')), payload = null where seq = {{2.9}}; {TellErasure}", "changed 2 {2.9}")]
    [InlineData($"update change_log set payload_hash = sha256(convert_to(payload::text, 'UTF8')), payload = null, erased_at = now() where seq = {{2.9}}; {TellErasure}", "changed 2 {2.9}")]
    [InlineData("update change_log set erased_at = now() where seq = {2.9}", "changed 2 {2.9}")]
    [InlineData("update change_log set first_tx = tx_id, tx_id = '1' where seq = {2.9}", "changed 2 {2.9}")]
    public async Task G7_Tampered_IsFoundAndPlaced(string tamper, params string[] expected)
    {
        var seals = new List<long[]>();
        foreach (var number in (int[])[1, 2, 3])
            seals.Add(await log.ScalarAsync<long[]>($"select seqs from kept_seal where number = {number}"));
        try
        {
            await log.ExecuteAsync(Place(tamper));

            var answer = await log.VerifyAsync();

            Assert.False((bool)answer["intact"]!);
            Assert.Equal(expected.Select(Place).Order(StringComparer.Ordinal), SealedLog.Faults(answer).Order(StringComparer.Ordinal));
        }
        finally
        {
            await log.RestoreAsync();
        }

        Assert.Empty(await log.FaultsAsync());

        string Place(string text) => Regex.Replace(text, @"\{(?<seal>\d)\.(?<row>\w+)\}", place =>
        {
            var seqs = seals[int.Parse(place.Groups["seal"].Value, CultureInfo.InvariantCulture) - 1];
            return $"{(place.Groups["row"].Value is "last" ? seqs[^1] : seqs[int.Parse(place.Groups["row"].Value, CultureInfo.InvariantCulture) - 1])}";
        }, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task G7_Erased_VerifiesWhereTheErasureIsTold_AndOnlyThere()
    {
        var person = Guid.CreateVersion7();
        using var scope = log.App.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
        var now = DateTimeOffset.UtcNow;
        db.Audit("person", person, 1, "insp1r", "membership.person-recorded", null, new { name = "Aline Umutoni" }, now, personal: true);
        db.Audit("person", person, 2, "insp1r", "membership.person-changed", new { name = "Aline Umutoni" }, new { name = "Aline Ingabire" }, now, personal: true);
        await db.SaveChangesAsync(Ct);
        await SealedLog.SealAsync(log.Database);
        Assert.Empty(await log.FaultsAsync());
        Assert.Contains("Aline Umutoni", (await log.Steward.GetAsync($"/api/v1/audit/membership?subjectId={person}", Ct)).Text, StringComparison.Ordinal);
        try
        {
            // Changed, with what would be its digest.
            await log.ExecuteAsync($"update change_log set payload = '[]' where subject_id = '{person}' and subject_version = 2");
            Assert.StartsWith("changed", Assert.Single(await log.FaultsAsync()), StringComparison.Ordinal);
            await log.ExecuteAsync($"update change_log set payload_hash = sha256(salt || convert_to('[]', 'UTF8')) where subject_id = '{person}' and subject_version = 2");
            Assert.StartsWith("changed", Assert.Single(await log.FaultsAsync()), StringComparison.Ordinal);
            const string Was = """{"before":{"name":"Aline Umutoni"},"after":{"name":"Aline Ingabire"}}""";
            await log.ExecuteAsync($"update change_log set payload = '{Was}', payload_hash = sha256(salt || convert_to('{Was}', 'UTF8')) where subject_id = '{person}' and subject_version = 2");
            Assert.Empty(await log.FaultsAsync());

            Assert.Equal(2, await db.EraseTrailAsync("person", person, now, Ct));
            Assert.Equal(2, (await log.FaultsAsync()).Count(fault => fault.StartsWith("changed", StringComparison.Ordinal)));

            db.Audit("person", person, 3, "insp1r", "membership.person-erased", null, null, now);
            await db.SaveChangesAsync(Ct);
            Assert.Empty(await log.FaultsAsync());
            await SealedLog.SealAsync(log.Database);
            Assert.Empty(await log.FaultsAsync());

            var trail = (await log.Steward.GetAsync($"/api/v1/audit/membership?subjectId={person}", Ct)).Expect(200);
            Assert.DoesNotContain("Aline", trail.Text, StringComparison.Ordinal);
            Assert.NotNull(trail.Json["items"]![2]!["erasedAt"]);
            Assert.Equal(0, await log.ScalarAsync<long>("select count(*) from change_log c where c::text ilike '%aline%'"));
        }
        finally
        {
            await log.RestoreAsync();
        }
    }

    [Fact]
    public async Task G7_ErasedOnce_WhatCameLaterIsNotBelievedToBeErased()
    {
        var account = Guid.CreateVersion7();
        using var scope = log.App.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
        var erasedAt = DateTimeOffset.UtcNow;
        try
        {
            // Invited, closed, erased after a year; then invited anew, under the same id.
            db.Audit("account", account, 1, "insp1r", "membership.account-invited", null, new { email = "aline@example.org" }, erasedAt.AddYears(-2), personal: true);
            await db.SaveChangesAsync(Ct);
            Assert.Equal(1, await db.EraseTrailAsync("account", account, erasedAt, Ct));
            db.Audit("account", account, 2, "insp1r", "membership.account-erased", null, null, erasedAt);
            await db.SaveChangesAsync(Ct);
            db.Audit("account", account, 3, "insp1r", "membership.account-invited", null, new { email = "aline@example.org" }, erasedAt.AddSeconds(1), personal: true);
            await db.SaveChangesAsync(Ct);
            db.Audit("account", account, 4, "insp1r", "membership.account-grant-given", null, new { grant = "steward@insp1r" }, erasedAt.AddSeconds(2), personal: true);
            await db.SaveChangesAsync(Ct);
            await SealedLog.SealAsync(log.Database);
            Assert.Empty(await log.FaultsAsync());

            var position = await log.ScalarAsync<long>($"select seq from change_log where subject_id = '{account}' and subject_version = 4");
            foreach (var at in (string[])["now()", "occurred_at", $"(select occurred_at from change_log where type = 'membership.account-erased' and subject_id = '{account}')", "null"])
            {
                await log.ExecuteAsync($"update change_log set payload = null, salt = null, erased_at = {at} where subject_id = '{account}' and subject_version = 4");
                Assert.Matches($"^changed [0-9]+ {position}$", Assert.Single(await log.FaultsAsync()));
            }
        }
        finally
        {
            await log.RestoreAsync();
        }
    }

    [Fact]
    public async Task G7_SealedFiveYearsAgo_MayBeGone()
    {
        try
        {
            // As if the first seal had been made then: its hash, and that of what follows, are made anew.
            await log.ExecuteAsync("delete from audit_seal; update change_log set occurred_at = occurred_at - interval '6 years'");
            await SealedLog.SealAsync(log.Database);
            await log.ExecuteAsync("update audit_seal set sealed_at = now() - interval '4 years'; delete from change_log where seq = (select min(seq) from change_log)");
            Assert.Contains(await log.FaultsAsync(), fault => fault.StartsWith("removed", StringComparison.Ordinal));

            await log.ExecuteAsync("update audit_seal set sealed_at = now() - interval '6 years'; delete from change_log where seq = (select min(seq) from change_log)");
            Assert.DoesNotContain(await log.FaultsAsync(), fault => fault.StartsWith("removed", StringComparison.Ordinal));
        }
        finally
        {
            await log.RestoreAsync();
        }
    }

    [Fact]
    public async Task G7_SealedBeforeTheDigestWasChanged_IsSealedAnewByTheMigration()
    {
        var database = await shared.Postgres.CreateDatabaseAsync($"older_{Guid.NewGuid():N}", Ct);
        await using (var before = MembershipApp.Start(database))
            await SealedLog.SealAsync(database);
        await SealedLog.ExecuteAsync(database, """
            update audit_seal set digests = (select array_agg(substr(sha256(d), 1, 16)) from unnest(digests) d);
            delete from migration_history where "MigrationId" like '%SealAnew';
            """);

        await using var after = MembershipApp.Start(database);
        await SealedLog.SealAsync(database);

        using var steward = after.As("steward", "steward@insp1r");
        var answer = (await steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json;
        Assert.True((bool)answer["intact"]!, answer.ToJsonString());
        Assert.Equal(await Shared.ScalarOfAsync<long>(database, "select count(*) from change_log", Ct), (long)answer["rows"]!);
    }

    [Fact]
    public async Task G7_ManyWritersAndTwoSealers_OneChainThatVerifies()
    {
        var network = await shared.NewNetworkAsync(Ct);
        using var writing = new CancellationTokenSource();
        var sealers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!writing.IsCancellationRequested)
                await SealedLog.ExecuteAsync(shared.Database, AuditSeals.Seal);
        }, Ct)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            for (var i = 0; i < 15; i++)
            {
                (await network.RegisterAsync($"Writer {writer} {i}", Ct)).Expect(201);
                (await network.PushAsync(Enumerable.Range(0, 20).Select(n => network.Item($"{writer}-{n}", ("name", $"Push {i}"))), Ct)).Expect(200);
            }
        }));
        await writing.CancelAsync();
        await Task.WhenAll(sealers);
        await SealedLog.SealAsync(shared.Database);

        var answer = (await shared.Steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json;
        Assert.True((bool)answer["intact"]!, answer.ToJsonString());
        Assert.True(await shared.ScalarAsync<bool>("select count(*) = max(number) and count(*) > 3 from audit_seal", Ct));
        Assert.True(await shared.ScalarAsync<bool>("select (select count(*) from change_log) = (select sum(cardinality(seqs)) from audit_seal)", Ct));
    }

    [Fact]
    public async Task G7_TransactionStillOpen_ItsRowsWaitForTheirSealAndComeInBeforeLaterOnes()
    {
        var node = (await shared.NewNetworkAsync(Ct)).Node;
        await SealedLog.SealAsync(shared.Database);
        await using var early = new NpgsqlConnection(shared.Database);
        await early.OpenAsync(Ct);
        await using var held = await early.BeginTransactionAsync(Ct);
        await using (var append = new NpgsqlCommand("""
            insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
            values (gen_random_uuid(), 'membership.test', 'test', gen_random_uuid(), 1, $1, 'audit', '{}', now())
            """, early, held))
        {
            append.Parameters.AddWithValue(node);
            await append.ExecuteNonQueryAsync(Ct);
        }

        await shared.AddNodeAsync($"{node}-late", "national", "RW", Ct);
        await SealedLog.ExecuteAsync(shared.Database, AuditSeals.Seal);
        var before = (await shared.Steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json;
        await held.CommitAsync(Ct);
        await SealedLog.SealAsync(shared.Database);
        var after = (await shared.Steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json;

        Assert.Equal((true, 1L), ((bool)before["intact"]!, (long)before["unsealed"]!));
        Assert.Equal((true, 0L, (long)before["rows"]! + 2), ((bool)after["intact"]!, (long)after["unsealed"]!, (long)after["rows"]!));
    }

    [Fact]
    public async Task G7_RestoredIntoAnotherCluster_TheChainGoesOn()
    {
        await log.AddNodesAsync("tail-sealed", 3);
        await EraseSomebodyAsync();
        await SealedLog.SealAsync(log.Database);
        await log.AddNodesAsync("tail-unsealed", 2);
        try
        {
            await using var other = await PostgresServer.StartAsync(Ct);
            var restored = await other.CreateDatabaseAsync("restored", Ct);
            await CopyAsync(shared.Postgres.Port, new NpgsqlConnectionStringBuilder(log.Database).Database!, other.Port, "restored");
            await using var app = MembershipApp.Start(restored);
            using var steward = app.As("steward", "steward@insp1r");
            // Somebody writes before the operator says that it was restored: in front of what was sealed.
            (await steward.PostAsync("/api/v1/nodes", new { path = "insp1r.early", level = "continental", names = new { en = "early" } }, Ct)).Expect(201);

            (await app.As("operator", "operator@insp1r").PostAsync("/api/v1/operations/membership/log/restored", null, Ct)).Expect(200);
            Assert.True(await Shared.ScalarOfAsync<long>(restored, "select count(*) from change_log where first_tx is not null", Ct) > 50);
            await SealedLog.ExecuteAsync(restored, AuditSeals.SealRestored);
            await SealedLog.SealAsync(restored);
            (await steward.PostAsync("/api/v1/nodes", new { path = "insp1r.later", level = "continental", names = new { en = "later" } }, Ct)).Expect(201);
            await SealedLog.SealAsync(restored);

            var answer = (await steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json;
            Assert.True((bool)answer["intact"]!, answer.ToJsonString());
            Assert.Equal(await Shared.ScalarOfAsync<long>(restored, "select count(*) from change_log", Ct), (long)answer["rows"]!);

            await SealedLog.ExecuteAsync(restored, "delete from change_log where seq = (select max(seq) from change_log where first_tx is not null)");
            await SealedLog.ExecuteAsync(restored, "update change_log set actor = 'x' where seq = (select min(seq) from change_log)");
            await SealedLog.ExecuteAsync(restored, """
                insert into change_log (tx_id, id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
                values ('0', gen_random_uuid(), 'x', 'x', gen_random_uuid(), 1, 'insp1r', 'audit', '{}', now())
                """);
            var faults = SealedLog.Faults((await steward.GetAsync("/api/v1/audit/membership/verification", Ct)).Expect(200).Json);
            Assert.Equal(["changed", "inserted", "removed"], faults.Select(fault => fault.Split(' ')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }
        finally
        {
            await log.RestoreAsync();
        }
    }

    private async Task EraseSomebodyAsync()
    {
        var person = Guid.CreateVersion7();
        using var scope = log.App.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
        var now = DateTimeOffset.UtcNow;
        db.Audit("person", person, 1, "insp1r", "membership.person-recorded", null, new { name = "Aline Umutoni" }, now.AddYears(-1), personal: true);
        await db.SaveChangesAsync(Ct);
        await db.EraseTrailAsync("person", person, now, Ct);
        db.Audit("person", person, 2, "insp1r", "membership.person-erased", null, null, now);
        await db.SaveChangesAsync(Ct);
    }

    private static async Task CopyAsync(int fromPort, string from, int toPort, string to)
    {
        using var copy = Process.Start("bash", ["-c", $"set -o pipefail; pg_dump -h 127.0.0.1 -p {fromPort} -U postgres {from} | psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p {toPort} -U postgres {to}"]);
        await copy.WaitForExitAsync(Ct);
        Assert.Equal(0, copy.ExitCode);
    }
}
