using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>What the platform asks of its database while nobody asks anything of it.</summary>
internal static class IdleFigure
{
    private const int Windows = 5;

    // Autovacuum's own transactions are counted by the server as well, once a minute; a statement of ours is one.
    private const string Transactions = """
        select sum(xact_commit + xact_rollback)::bigint from pg_stat_database where datname in ('membership', 'advocacy', 'communications')
        """;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var window = TimeSpan.FromSeconds(bench.Settings.Quick ? 5 : 10);
        await Propagation.DrainAsync(platform, ct);
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        // Sessions that were busy hand the last of their counters in late, half a minute after: hence the wait, and the median.
        await Task.Delay(TimeSpan.FromSeconds(30), ct);
        var cpu = Machine.CpuSeconds(platform.Engine);
        var perSecond = new List<double>();
        for (var count = await CountAsync(); perSecond.Count < Windows;)
        {
            await Task.Delay(window, ct);
            var next = await CountAsync();
            perSecond.Add((next - count - 1) / window.TotalSeconds);
            count = next;
        }

        cpu = Machine.CpuSeconds(platform.Engine) - cpu;
        Report.Detail($"{cpu / (Windows * window.TotalSeconds):P1} of a core, all processes of the platform together");
        report.Add("idle, queries of all services", Measure.Of(perSecond), "/s", Bar.AtMost(2, "/s"));

        Task<long> CountAsync() => Platform.ScalarAsync<long>(platform.Membership, Transactions, ct);
    }
}
