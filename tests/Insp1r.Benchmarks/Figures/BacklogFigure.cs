using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>How fast a backlog of events reaches the databases of both subscribers: one transaction makes all of it visible at once.</summary>
internal static class BacklogFigure
{
    private const string Node = "insp1r.bench.backlog";

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var count = bench.Settings.Choose(full: 100_000, quick: 40_000, proof: 1_000);
        var rates = new List<double>();
        for (var round = 0; round < bench.Settings.Choose(full: 3, quick: 2, proof: 1); round++)
        {
            var node = $"{Node}-{round}";
            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            await platform.ExecuteAsync(Propagation.LogRows("change_log", node, $"(select gen_random_uuid() as id, n from generate_series(1, {count}) n)"), ct);
            await platform.ExecuteAsync(Propagation.Notify, ct);
            rates.Add(count / (await Propagation.SpanAsync(platform, node, count, ct)).TotalSeconds);
        }

        report.Add($"backlog of {count:#,0} events drained", Measure.Of(rates), "/s", Bar.AtLeast(20_000, "/s"));
    }
}
