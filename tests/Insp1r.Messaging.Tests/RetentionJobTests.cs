using Insp1r.Messaging.Retention;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Insp1r.Messaging.Tests;

/// <summary>A run of rules, one of which cannot say what it left.</summary>
public sealed class RetentionJobTests(LogServer server) : IClassFixture<LogServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G9_OldestCannotBeRead_IsReported_TheOthersRun_AndWhatWasOverdueStaysSo()
    {
        await using var log = await server.CreateLogAsync("oldest", Ct);
        await ExecuteAsync("""
            create table failing (at timestamptz); create table behind (at timestamptz);
            insert into behind select now() - interval '30 days';
            """);
        await using var services = new ServiceCollection().AddSingleton(new ServiceDatabase(log, log.ConnectionString, "test")).BuildServiceProvider();
        var state = new RetentionState();

        // "Behind" removes nothing: what it is told to leave is overdue.
        await RunAsync(Rule("failing", Removal.OfRows("failing", "at")), Rule("behind", Leaving("select min(at) from behind")));
        Assert.Equal(["behind"], state.Overdue);
        await ExecuteAsync("insert into failing select now() - interval '9 days' from generate_series(1, 2)");
        var failing = Removal.OfRows("failing", "at") with { Oldest = "select to_timestamp(1 / 0)" };
        await RunAsync(Rule("failing", failing), Rule("behind", Leaving("select to_timestamp(1 / 0)")), Rule("last", Leaving("select min(at) from behind")));

        Assert.Equal(["behind", "last"], state.Overdue);
        Assert.Equal(
            ["failing 2 22012 division by zero -", "behind 0 22012 division by zero -", "last 0 - 30"],
            await ScalarAsync<string[]>("""
                select array_agg(format('%s %s %s %s', rule, removed, coalesce(error, '-'), coalesce((now()::date - oldest_left::date)::text, '-')) order by id)
                from retention_run where id > 2
                """));

        async Task RunAsync(params RetentionRule[] rules) => await new RetentionJob(
            services.GetRequiredService<ServiceDatabase>(), services.GetRequiredService<IServiceScopeFactory>(), new RetentionRules(rules, TimeProvider.System), state,
            TimeProvider.System, NullLogger<RetentionJob>.Instance).RunAsync(TimeSpan.FromSeconds(10), Ct);

        static RetentionRule Rule(string name, Removal removal) => new(name, "", Days: 7, Least: 1, Most: 10, "", removal);

        static Removal Leaving(string oldest) => new(oldest, (_, _, _) => Task.FromResult(0L));

        async Task ExecuteAsync(string sql)
        {
            await using var command = log.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(Ct);
        }

        async Task<T> ScalarAsync<T>(string sql)
        {
            await using var command = log.CreateCommand(sql);
            return (T)(await command.ExecuteScalarAsync(Ct))!;
        }
    }
}
