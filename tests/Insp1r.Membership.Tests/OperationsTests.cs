using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests;

/// <summary>What an operator mends in the log. Each test has a service of its own: these commands are for the whole of it.</summary>
public sealed class OperationsTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restored_RowsOfTransactionsYetToCome_AreReadAgainAndOldCursorsAre410()
    {
        await using var service = await OwnService.StartAsync(shared, Ct);
        var before = (await service.Reader.GetAsync("/api/v1/changes/membership", Ct)).Expect(200).Json;
        // As a backup of a cluster that was ahead of this one.
        await service.ExecuteAsync("update change_log set tx_id = '900000000000'; update log_reader set tx_id = '900000000000', seq = 5; update change_log_state set trimmed_to = '5', trimmed_seq = 9");
        Assert.Empty((await service.Reader.GetAsync("/api/v1/changes/membership", Ct)).Expect(200).Json["items"]!.AsArray());

        var answer = (await service.Operator.PostAsync("/api/v1/operations/membership/log/restored", null, Ct)).Expect(200);

        Assert.True((bool)answer.Json["done"]!);
        (await service.Reader.GetAsync($"/api/v1/changes/membership?after={before["next"]}", Ct)).IsProblem(410, "cursor-expired");
        var walked = new List<string>();
        string? next = null;
        do
        {
            var page = (await service.Reader.GetAsync($"/api/v1/changes/membership?limit=1{(next is null ? "" : "&after=" + next)}", Ct)).Expect(200).Json;
            walked.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            next = (bool)page["more"]! ? (string?)page["next"] : null;
        }
        while (next is not null);
        Assert.Equal(before["items"]!.AsArray().Select(item => (string)item!["id"]!), walked);
        Assert.True(await service.ScalarAsync<bool>("select (tx_id, seq) < ('0'::xid8, 0) from log_reader"));
    }

    [Fact]
    public async Task TrimmedInTheMiddleOfATransaction_ACursorBehindItGoesOn()
    {
        await using var service = await OwnService.StartAsync(shared, Ct);
        await service.ExecuteAsync("update change_log set tx_id = '0'");
        var first = (await service.Reader.GetAsync("/api/v1/changes/membership?limit=1", Ct)).Expect(200).Json;
        var seqs = await service.ScalarAsync<long[]>("select array_agg(seq order by seq) from change_log");
        var cursor = (string?)first["next"];

        await service.ExecuteAsync($"delete from change_log where seq = {seqs[0]}; update change_log_state set trimmed_to = '0', trimmed_seq = {seqs[0]}");
        (await service.Reader.GetAsync($"/api/v1/changes/membership?limit=1&after={cursor}", Ct)).Expect(200);

        await service.ExecuteAsync($"delete from change_log where seq = {seqs[1]}; update change_log_state set trimmed_seq = {seqs[1]}");
        (await service.Reader.GetAsync($"/api/v1/changes/membership?limit=1&after={cursor}", Ct)).IsProblem(410, "cursor-expired");
    }

    [Fact]
    public async Task DeadRetry_OfARowThatTheRelayPassedButDidNotMoveOver_MovesThePositionBack()
    {
        await using var service = await OwnService.StartAsync(shared, Ct);
        var stood = await service.ScalarAsync<string>("select format('%s/%s', tx_id, seq) from log_reader");
        await service.ExecuteAsync("insert into change_log_dead select id, tx_id, seq, type, 'of a test', 20, now() from change_log order by tx_id desc, seq desc limit 1");

        var answer = (await service.Operator.PostAsync("/api/v1/operations/membership/dead/retry", null, Ct)).Expect(200);

        Assert.Equal(1, (int)answer.Json["rows"]!);
        Assert.Equal(0, await service.ScalarAsync<long>("select count(*) from change_log_dead"));
        // A relay at work compares before it moves: only where the place differs does it see that it must read again.
        Assert.NotEqual(stood, await service.ScalarAsync<string>("select format('%s/%s', tx_id, seq) from log_reader"));
        Assert.True(await service.ScalarAsync<bool>("select (select (tx_id, seq) from log_reader) < all (select (tx_id, seq) from change_log)"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    public async Task S1_FeedOfNoType_IsRefusedAndSkipsNothing(string types) =>
        (await shared.Steward.GetAsync($"/api/v1/changes/membership?type={types}", Ct)).IsProblem(400, "bad-query");

    private sealed class OwnService : IAsyncDisposable
    {
        private readonly MembershipApp _app;
        private readonly string _database;

        private OwnService(MembershipApp app, string database)
        {
            (_app, _database) = (app, database);
            Reader = app.As("reader", "reader@insp1r");
            Operator = app.As("operator", "operator@insp1r");
        }

        public Api Reader { get; }
        public Api Operator { get; }

        /// <summary>A service with a few changes in its log.</summary>
        public static async Task<OwnService> StartAsync(Shared shared, CancellationToken ct)
        {
            var database = await shared.Postgres.CreateDatabaseAsync($"own_{Guid.NewGuid():N}", ct);
            var service = new OwnService(MembershipApp.Start(database), database);
            using var steward = service._app.As("steward", "steward@insp1r");
            foreach (var region in (string[])["africa", "asia", "europe"])
                (await steward.PostAsync("/api/v1/nodes", new { path = $"insp1r.{region}", level = "continental", names = new { en = region } }, ct)).Expect(201);
            return service;
        }

        public async Task ExecuteAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(_database);
            await connection.OpenAsync(Ct);
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Ct);
        }

        public Task<T> ScalarAsync<T>(string sql) => Shared.ScalarOfAsync<T>(_database, sql, Ct);

        public async ValueTask DisposeAsync()
        {
            Reader.Dispose();
            Operator.Dispose();
            await _app.DisposeAsync();
        }
    }
}
