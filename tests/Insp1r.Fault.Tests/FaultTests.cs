using Insp1r.Fault.Tests.Faults;
using Insp1r.Fault.Tests.Load;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests;

/// <summary>One fault at a time, under load; and then several at once. Afterwards nothing is lost, nothing is there twice, and nothing is stuck.</summary>
public sealed class FaultTests(Rig rig, ITestOutputHelper output)
{
    // Not the bound of I8, which begins when all run again: a broker on a busy machine takes its time to start.
    private static readonly TimeSpan RestartedWithin = TimeSpan.FromSeconds(90);

    private PlatformStack Stack => rig.Stack;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("membership-1")]
    [InlineData("membership-2")]
    [InlineData("advocacy-1")]
    [InlineData("communications-2")]
    [InlineData("gateway")]
    [InlineData("rabbitmq")]
    [InlineData("postgres")]
    public Task Process_KilledUnderLoad_NothingIsLostOrDoneTwice(string process) => UnderLoadAsync(process, async _ =>
    {
        var killed = Kill(Stack.Status[process].ProcessId);
        await HealAsync(killed);
    });

    [Theory]
    [InlineData("membership")]
    [InlineData("advocacy")]
    public Task ActiveRelay_KilledUnderLoad_NothingIsLostOrDoneTwice(string service) => UnderLoadAsync($"relay of {service}", async _ =>
    {
        var killed = Kill(await Relay.UntilActiveAsync(Stack, service, Ct));
        await Relay.UntilActiveAsync(Stack, service, Ct, otherThan: killed.ProcessId);
        await HealAsync(killed);
    });

    [Fact]
    public Task ActiveRelay_PausedUntilAnotherTookOver_NothingIsLostOrDoneTwice() => UnderLoadAsync("paused relay", async load =>
    {
        var paused = await Relay.UntilActiveAsync(Stack, "membership", Ct);
        await Pause.WhileAsync(paused, async () =>
        {
            await Relay.UntilActiveAsync(Stack, "membership", Ct, otherThan: paused);
            await load(2);
        });
    });

    /// <summary>What is on its way to a broker that does not answer is not sent yet: whoever relays next must send it.</summary>
    [Fact]
    public Task ActiveRelays_KilledWhileTheBrokerIsSilent_NothingIsLost() => UnderLoadAsync("silent broker", async load =>
    {
        var killed = new List<Killed>();
        await Pause.WhileAsync(Stack.Status["rabbitmq"].ProcessId, async () =>
        {
            await load(20);
            foreach (var service in (string[])["membership", "advocacy"])
                killed.Add(Kill(await Relay.UntilActiveAsync(Stack, service, Ct)));
        });
        await HealAsync([.. killed]);
    });

    [Fact]
    public Task SeveralFaults_OneUponTheOther_NothingIsLostOrDoneTwice() => UnderLoadAsync("several", async load =>
    {
        var random = new Random(rig.Seed);
        string[] targets = ["membership-1", "membership-2", "advocacy-1", "advocacy-2", "communications-1", "rabbitmq", "postgres"];
        random.Shuffle(targets);
        var killed = new List<Killed>();
        foreach (var target in targets.Take(4))
        {
            output.WriteLine($"kill -9 {target}");
            if (Stack.Status[target].Process is { } process)
                killed.Add(Kill(process.ProcessId));
            // Not healed yet: only as far as a few requests get through.
            await load(random.Next(1, 10));
        }

        await HealAsync([.. killed]);
    });

    /// <summary>
    /// A server that crashes knows nothing of transactions whose end was not written yet, and gives their ids anew: what is written under them
    /// then must not lie behind those who follow the feed.
    /// </summary>
    [Fact]
    public async Task S1_ServerThatForgotTransactionIds_FeedSkipsNothing()
    {
        var reader = Stack.As("reader");
        ulong given, again;
        var attempts = 0;
        do
        {
            // What another writes at the same moment makes the server remember ours.
            Assert.True(++attempts <= 10, "the server forgot no transaction ids");
            var writer = await Stack.ScalarAsync<int>("membership", "select pid from pg_stat_activity where backend_type = 'walwriter'", Ct);
            Signals.Stop(writer);
            string next;
            try
            {
                await Stack.ExecuteAsync("membership", "do $$ begin for i in 1..2000 loop perform pg_current_xact_id(); rollback; end loop; end $$", Ct);
                (next, _) = await ReadToTheEndAsync(reader, after: null);
                given = await Stack.ScalarAsync<ulong>("membership", "select pg_snapshot_xmax(pg_current_snapshot())", Ct);
            }
            finally
            {
                var killed = Kill(Stack.Status["postgres"].ProcessId);
                Signals.Kill(writer);
                await HealAsync(killed);
            }

            await Until.TrueAsync(async () => (await reader.GetAsync("/api/v1/organisations?limit=1", Ct)).Status == 200, "membership answers again", Ct);
            var id = (await Stack.As("mali").PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, $"After the crash {Guid.NewGuid()}"), Ct)).Expect(201).Id;
            again = (await Stack.QueryAsync("membership", $"select tx_id from change_log where subject_id = '{id}'", row => row.GetFieldValue<ulong>(0), Ct)).Single();

            Assert.Contains(id, (await ReadToTheEndAsync(reader, next)).Subjects);
        }
        while (again >= given);

        await rig.Checker.CheckAsync(Ct);
    }

    private static async Task<(string Next, List<Guid> Subjects)> ReadToTheEndAsync(Api api, string? after)
    {
        var subjects = new List<Guid>();
        while (true)
        {
            // Whoever comes first after a crash of the database may be told to come again.
            var page = (await Until.NotNullAsync(
                async () => await api.GetAsync($"/api/v1/changes/membership?limit=1000{(after is null ? "" : $"&after={after}")}", Ct) is { Status: 200 } answer ? answer : null, "the feed answers", Ct)).Json;
            subjects.AddRange(page["items"]!.AsArray().Select(item => Guid.Parse((string)item!["subjectId"]!)));
            after = (string)page["next"]!;
            if (!(bool)page["more"]!)
                return (after, subjects);
        }
    }

    /// <summary>Strikes after a number of answered writes that the seed says, lets the load go on for a while after healing, and checks.</summary>
    private async Task UnderLoadAsync(string name, Func<Func<int, Task>, Task> strike)
    {
        output.WriteLine($"INSP1R_FAULT_SEED={rig.Seed}");
        // Each fault has its own point, and the same one whichever tests run beside it.
        var random = new Random(rig.Seed + name.Sum(character => character));
        await using (var load = LoadRun.Start(Stack, rig.Ledger, name, random, Ct))
        {
            await MoreAsync(random.Next(10, 60));
            await strike(MoreAsync);
            await MoreAsync(20);
            await load.StopAsync();

            async Task MoreAsync(int writes)
            {
                var goal = rig.Ledger.Count + writes;
                await Until.TrueAsync(() => load.Failure is not null || rig.Ledger.Count >= goal, $"{writes} more writes are answered", Ct);
                Assert.Null(load.Failure);
            }
        }

        await rig.Checker.CheckAsync(Ct);
    }

    private Killed Kill(int process)
    {
        var name = Stack.Status.Resources.Single(resource => resource.Process?.ProcessId == process).Name;
        Signals.Kill(process);
        return new Killed(name, process);
    }

    // The application host needs a moment to see that a process has gone: running again is running as another process.
    private async Task HealAsync(params Killed[] killed)
    {
        foreach (var (name, process) in killed)
        {
            await Until.TrueAsync(
                () => Stack.Status[name] is { State: "Running", Process: { } now } && now.ProcessId != process, $"{name} runs again", Ct, RestartedWithin);
        }
    }

    private sealed record Killed(string Name, int ProcessId);
}
