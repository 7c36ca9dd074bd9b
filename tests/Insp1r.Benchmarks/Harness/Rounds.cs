using System.Globalization;

namespace Insp1r.Benchmarks.Harness;

/// <summary>What one round of load saw. Latencies are in microseconds, NaN where the generator does not tell.</summary>
internal sealed record Sample(double PerSecond, double P50, double P99, long Done, long Errors);

/// <summary>
/// Something that takes load. <paramref name="Servers"/> are the processes whose processor time is counted, each with its descendants.
/// </summary>
internal sealed record Target(string Name, IReadOnlyList<int> Servers, Func<TimeSpan, CancellationToken, Task<Sample>> LoadAsync);

/// <summary>What the rounds saw of one target. <c>CpuMicros</c> is the servers' processor time for one request.</summary>
internal sealed record Series(Measure PerSecond, Measure P50, Measure P99, Measure CpuMicros, long Done);

/// <summary>
/// Loads targets in turn: each is warmed, then every round takes them in another order, and each waits for an idle machine. So
/// what drifts on the machine meets all of them alike.
/// </summary>
internal static class Rounds
{
    // Above this share of a core the generator may be what is measured.
    private const double BusyGenerator = 0.9;

    public static async Task<Dictionary<string, Series>> RunAsync(Settings settings, IReadOnlyList<Target> targets, CancellationToken ct)
    {
        var rounds = targets.ToDictionary(target => target.Name, _ => new List<Round>(), StringComparer.Ordinal);
        foreach (var target in targets.Where(_ => settings.WarmUp > TimeSpan.Zero))
            await target.LoadAsync(settings.WarmUp, ct);

        for (var round = 0; round < settings.Rounds; round++)
        {
            for (var i = 0; i < targets.Count; i++)
            {
                var target = targets[(i + round) % targets.Count];
                await Machine.WaitForIdleAsync(settings.Patience, ct);
                rounds[target.Name].Add(await MeasureAsync(target, settings.Round, ct));
            }
        }

        return targets.ToDictionary(target => target.Name, target => Summarise(target.Name, rounds[target.Name]), StringComparer.Ordinal);
    }

    private static async Task<Round> MeasureAsync(Target target, TimeSpan duration, CancellationToken ct)
    {
        var generator = Machine.CpuSecondsOfEndedChildren();
        var servers = target.Servers.Sum(Machine.CpuSeconds);
        var sample = await target.LoadAsync(duration, ct);
        servers = target.Servers.Sum(Machine.CpuSeconds) - servers;
        generator = Machine.CpuSecondsOfEndedChildren() - generator;
        // A path that answered wrongly is not a fast path.
        if (sample.Errors > 0)
            throw new InvalidOperationException($"{target.Name} answered {sample.Errors.ToString(CultureInfo.InvariantCulture)} of {sample.Done.ToString(CultureInfo.InvariantCulture)} requests wrongly.");
        return new Round(sample, servers / sample.Done * 1e6, generator / duration.TotalSeconds);
    }

    private static Series Summarise(string name, List<Round> rounds)
    {
        var series = new Series(
            Measure.Of(rounds.Select(round => round.Sample.PerSecond)), Measure.Of(rounds.Select(round => round.Sample.P50)),
            Measure.Of(rounds.Select(round => round.Sample.P99)), Measure.Of(rounds.Select(round => round.CpuMicros)), rounds.Sum(round => round.Sample.Done));
        var generator = rounds.Max(round => round.GeneratorCores);
        Report.Detail(string.Create(CultureInfo.InvariantCulture,
            $"{name,-22} {series.PerSecond.Text("/s"),-32} p50 {Measure.Number(series.P50.Median),7} us  p99 {Measure.Number(series.P99.Median),8} us  {series.CpuMicros.Median,6:0.0} us of CPU each  generator {generator:0.00} cores{(generator > BusyGenerator ? " (it may be the limit)" : "")}"));
        return series;
    }

    private sealed record Round(Sample Sample, double CpuMicros, double GeneratorCores);
}
