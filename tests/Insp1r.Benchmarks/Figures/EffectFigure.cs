using System.Collections.Concurrent;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>From a commit in membership to its effect in advocacy, at steady rates, through the gateway with all that is on.</summary>
internal static class EffectFigure
{
    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var rounds = bench.Settings.Choose(full: 4, quick: 2, proof: 1);
        var duration = TimeSpan.FromSeconds(bench.Settings.Choose(full: 8, quick: 4, proof: 1));
        // The first thousands of requests are compiled while they run.
        await CreateAsync(platform, 200, duration, ct);

        foreach (var perSecond in (int[])[200, 1_000])
        {
            var (ours, raw) = (new List<Latency>(), new List<Latency>());
            for (var round = 0; round < rounds; round++)
            {
                await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
                raw.Add(await RawBroker.MeasureAsync(platform.Stack.Broker, perSecond, duration, ct));
                await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
                ours.Add(await WaysOfAsync(platform, perSecond, duration, ct));
            }

            var (all, limit) = (Latencies.Of(ours), Latencies.Of(raw));
            Report.Detail($"{perSecond:#,0}/s: commit to effect {all}; the broker alone {limit}");
            var isSteady = perSecond == 200;
            report.Add($"commit to effect, {perSecond:#,0}/s, p50", all.P50, "ms", "raw broker", limit.P50, isSteady ? Bar.AtMost(3, "ms") : Bar.None);
            report.Add($"commit to effect, {perSecond:#,0}/s, p99", all.P99, "ms", "raw broker", limit.P99, isSteady ? Bar.AtMost(15, "ms") : Bar.None);
        }
    }

    /// <summary>Creates organisations at a rate and measures the way of each.</summary>
    private static async Task<Latency> WaysOfAsync(Platform platform, int perSecond, TimeSpan duration, CancellationToken ct) =>
        Latency.Of(await Propagation.WaysAsync(platform, await CreateAsync(platform, perSecond, duration, ct), ct));

    private static async Task<IReadOnlyCollection<Guid>> CreateAsync(Platform platform, int perSecond, TimeSpan duration, CancellationToken ct)
    {
        var created = new ConcurrentBag<Guid>();
        await Pacer.RunAsync(perSecond, duration, async token => created.Add(await Organisations.CreateAsync(platform, token)), ct);
        return created;
    }
}
