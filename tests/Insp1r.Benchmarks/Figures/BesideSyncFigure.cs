using System.Collections.Concurrent;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>The way of single changes at a steady rate while a national system pushes all its members.</summary>
internal static class BesideSyncFigure
{
    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var folder = bench.FolderFor("beside");
        var rows = bench.Settings.Choose(full: 100_000, quick: 50_000, proof: 5_000);
        var rounds = new List<Latency>();
        for (var round = 0; round < bench.Settings.Choose(full: 3, quick: 1, proof: 1); round++)
        {
            var file = await SyncPush.WriteFileAsync(folder, $"beside-{round}", rows, "first", null, ct);
            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var push = SyncPush.SendAsync(platform, file, ct);
            var created = new ConcurrentBag<Guid>();
            await Pacer.RunAsync(200, push, async token => created.Add(await Organisations.CreateAsync(platform, token)), ct);
            var pushed = await push;
            if (pushed.Created != rows)
                throw new InvalidOperationException($"All rows should be created, and the batch says {pushed}.");
            Report.Detail($"{created.Count:#,0} changes while {rows:#,0} rows were pushed at {pushed.RowsPerSecond:#,0}/s");
            rounds.Add(Latency.Of(await Propagation.WaysAsync(platform, created, ct)));
        }

        var latencies = Latencies.Of(rounds);
        Report.Detail($"200/s beside a bulk sync: {latencies}");
        report.Add("commit to effect, 200/s beside a bulk sync, p99", latencies.P99, "ms", Bar.AtMost(30, "ms"));
    }
}
