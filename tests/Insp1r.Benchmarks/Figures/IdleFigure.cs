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
        var duration = TimeSpan.FromSeconds(bench.Settings.Quick ? 12 : 30);
        await Propagation.DrainAsync(platform, ct);
        await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
        // Sessions hand their counters in when they next do something, at the latest after ten seconds.
        await Task.Delay(TimeSpan.FromSeconds(10), ct);
        var before = await CountAsync();
        var cpu = Machine.CpuSeconds(platform.Engine);
        await Task.Delay(duration, ct);
        cpu = Machine.CpuSeconds(platform.Engine) - cpu;
        var queries = await CountAsync() - before - 1;

        Report.Detail($"{cpu / duration.TotalSeconds:P1} of a core, all processes of the platform together");
        report.Add("idle, queries of all services", Measure.Of(queries / duration.TotalSeconds), "/s", Bar.AtMost(2, "/s"));

        Task<long> CountAsync() => Platform.ScalarAsync<long>(platform.Membership, Transactions, ct);
    }
}
