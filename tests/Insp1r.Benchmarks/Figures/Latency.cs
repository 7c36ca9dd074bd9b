using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>Median and 99th percentile of one round, in milliseconds.</summary>
internal sealed record Latency(double P50, double P99)
{
    public static Latency Of(IEnumerable<double> milliseconds)
    {
        var sorted = milliseconds.Order().ToArray();
        return new Latency(Measure.Percentile(sorted, 50), Measure.Percentile(sorted, 99));
    }
}

/// <summary>The same over the rounds.</summary>
internal sealed record Latencies(Measure P50, Measure P99)
{
    public static Latencies Of(IReadOnlyList<Latency> rounds) => new(Measure.Of(rounds.Select(round => round.P50)), Measure.Of(rounds.Select(round => round.P99)));

    public override string ToString() => $"p50 {P50.Text("ms")}, p99 {P99.Text("ms")}";
}
