using Insp1r.Benchmarks.Harness;
using Insp1r.Testing.Stack;

namespace Insp1r.Benchmarks.Figures;

/// <summary>
/// The process that relays membership's log is killed, and an event is committed while it is away. Counted is the time from the start
/// of the new process to the effect; how long the application host waits before that start is shown beside it.
/// </summary>
internal static class RestartFigure
{
    private const string Node = "insp1r.bench.restart";
    private const string Service = "membership";

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var ways = new List<double>();
        for (var round = 0; round < bench.Settings.Choose(full: 3, quick: 3, proof: 1); round++)
        {
            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var node = $"{Node}-{round}";
            var old = platform.Resource(Service).ProcessId;
            var killed = DateTimeOffset.UtcNow;
            Signals.Kill(old);
            await platform.ExecuteAsync(Propagation.LogRows("change_log", node, "(select gen_random_uuid() as id, 1 as n)"), ct);
            await Until.TrueAsync(() => platform.Resource(Service).Process is { } process && process.ProcessId != old, "membership starts again", ct);
            var started = Machine.StartOf(platform.Resource(Service).ProcessId) ?? throw new InvalidOperationException("membership ended again at once.");

            await Propagation.SpanAsync(platform, node, 1, ct);
            var effect = await Platform.ScalarAsync<DateTime>(platform.Advocacy, "select max(pg_xact_commit_timestamp(xmin)) from member_organisation where node = $1", ct, node);
            ways.Add((effect - started.UtcDateTime).TotalSeconds);
            Report.Detail($"new process {(started - killed).TotalSeconds:0.00} s after the kill, first effect {ways[^1]:0.00} s after its start");
            await Until.TrueAsync(() => platform.Stack.Status.AllRunning, "all is healthy again", ct);
        }

        report.Add("first delivery after kill -9 and restart", Measure.Of(ways), "s", Bar.AtMost(1, "s"));
    }
}
