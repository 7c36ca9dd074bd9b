using Insp1r.Fault.Tests.Checks;
using Insp1r.Fault.Tests.Faults;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests;

/// <summary>Races over the relay's position, held open until they are sure to happen.</summary>
public sealed class RelayTests(Rig rig)
{
    private PlatformStack Stack => rig.Stack;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>
    /// An operator sets the position back to rebuild a lost replica, while the relay waits for confirms. What is confirmed then must not move
    /// the position forward again over what was to be sent anew.
    /// </summary>
    [Fact]
    public async Task Replay_WhileEventsAreInFlight_IsNotOverwritten()
    {
        await RegisterAsync("Before the replay");
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);

        await Pause.WhileAsync(Stack.Status["rabbitmq"].ProcessId, async () =>
        {
            await FillWindowAsync();
            await Stack.ExecuteAsync("advocacy", "delete from member_organisation", Ct);
            var replay = await Stack.As("operator").PostAsync("/api/v1/operations/membership/log/replay", new { }, Ct);
            Assert.Equal(await Stack.ScalarAsync<long>("membership", "select count(*) from change_log where visibility <> 'audit'", Ct), (long)replay.Expect(200).Json["rows"]!);
        });

        await rig.Checker.CheckAsync(Ct);
    }

    /// <summary>
    /// A relay freezes while its events are in flight, another takes over and gets further, and the first one wakes up to the confirms that it
    /// had waited for.
    /// </summary>
    [Fact]
    public async Task PausedRelay_AfterAnotherTookOver_DoesNotMoveThePosition()
    {
        await RegisterAsync("Before the pause");
        await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);
        var rabbit = Stack.Status["rabbitmq"].ProcessId;
        var paused = await Relay.UntilActiveAsync(Stack, "membership", Ct);

        await Pause.WhileAsync(rabbit, async () =>
        {
            await FillWindowAsync();
            Signals.Stop(paused);
        });
        (string Tx, long Seq) reached;
        try
        {
            await Relay.UntilActiveAsync(Stack, "membership", Ct, otherThan: paused);
            await Replication.UntilCompleteAsync(Stack, Until.Generous, Ct);
            reached = await PositionAsync();
        }
        finally
        {
            Signals.Continue(paused);
        }

        // It is back when it waits for the lock again, on a connection of its own.
        await Until.TrueAsync(
            async () => await Stack.ScalarAsync<long>("membership", "select count(*) from pg_locks l join pg_stat_activity a on a.pid = l.pid where l.locktype = 'advisory' and a.application_name = 'membership-relay'", Ct) == 2,
            "the relay that was paused stands by", Ct);
        Assert.Equal(reached, await PositionAsync());
        Assert.Empty(await PositionWitness.BackwardsAsync(Stack, "membership", Ct));
        await rig.Checker.CheckAsync(Ct);
    }

    private async Task<(string Tx, long Seq)> PositionAsync() =>
        (await Stack.QueryAsync("membership", "select tx_id::text, seq from log_reader where name = 'broker'", row => (row.GetString(0), row.GetInt64(1)), Ct)).Single();

    // Writes until the relay reads no more because it has as much in flight as it may: then it only keeps its session alive.
    private Task FillWindowAsync() => Until.TrueAsync(
        async () =>
        {
            await RegisterAsync("In flight");
            return await Stack.ScalarAsync<bool>(
                "membership",
                """
                select exists (select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid
                  where l.locktype = 'advisory' and l.granted and a.application_name = 'membership-relay' and a.query = 'select 1')
                """, Ct);
        },
        "the relay's window is full", Ct);

    private async Task RegisterAsync(string name) =>
        (await Stack.As("mali").PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, $"{name} {Guid.NewGuid()}"), Ct)).Expect(201);
}
