using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>What the platform asks of its database while nobody asks anything of it.</summary>
internal static class IdleFigure
{
    // Autovacuum's own transactions are counted by the server as well, once a minute; a statement of ours is one.
    private const string Transactions = """
        select sum(xact_commit + xact_rollback)::bigint from pg_stat_database where datname in ('membership', 'advocacy', 'communications')
        """;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var (windows, window) = (bench.Settings.Choose(full: 5, quick: 5, proof: 1), TimeSpan.FromSeconds(bench.Settings.Choose(full: 10, quick: 5, proof: 1)));
        await Propagation.DrainAsync(platform, ct);
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        // Sessions that were busy hand the last of their counters in late, half a minute after: hence the wait, and the median.
        await Task.Delay(TimeSpan.FromSeconds(bench.Settings.Choose(full: 30, quick: 30, proof: 0)), ct);
        var cpu = platform.Stack.Roots.Sum(Machine.CpuSeconds);
        var perSecond = new List<double>();
        for (var count = await CountAsync(); perSecond.Count < windows;)
        {
            await Task.Delay(window, ct);
            var next = await CountAsync();
            perSecond.Add((next - count - 1) / window.TotalSeconds);
            count = next;
        }

        cpu = platform.Stack.Roots.Sum(Machine.CpuSeconds) - cpu;
        Report.Detail($"{cpu / (windows * window.TotalSeconds):P1} of a core, all processes of the platform together");
        report.Add("idle, queries of all services", Measure.Of(perSecond), "/s", Bar.AtMost(2, "/s"), mayBeNone: true);

        Task<long> CountAsync() => Platform.ScalarAsync<long>(platform.Membership, Transactions, ct);
    }
}
