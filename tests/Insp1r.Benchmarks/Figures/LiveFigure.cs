using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>
/// Transactions of one row and its event, as many as the machine takes, with their effects in the other services counted: from the
/// first commit to the last effect. The writer is SQL, so that the log and its readers are what is measured.
/// </summary>
internal static class LiveFigure
{
    private const string Node = "insp1r.bench.live";
    private const int Writers = 8;
    private static readonly TimeSpan SignalPause = TimeSpan.FromMilliseconds(50);

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        await Copies.MakeAsync(platform, ct);
        var rates = new List<double>();
        for (var round = 0; round < bench.Settings.Choose(full: 3, quick: 2, proof: 1); round++)
        {
            var node = $"{Node}-{round}";
            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            using var written = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var signals = SignalAsync(platform, written.Token);
            var load = await PgBench.RunAsync(platform.MembershipConnection, Writers, bench.Settings.Round, Copies.InsertWithLog("change_log", node), ct);
            await written.CancelAsync();
            await signals;

            var span = await Propagation.SpanAsync(platform, node, (int)load.Done, ct);
            Report.Detail($"{load.PerSecond:#,0} transactions/s written; {load.Done:#,0} effects within {span.TotalSeconds:0.0} s");
            rates.Add(load.Done / span.TotalSeconds);
        }

        report.Add("live single-row transactions, with their effects", Measure.Of(rates), "/s", Bar.AtLeast(3_500, "/s"));
    }

    // What the replica that wrote does for the others.
    private static async Task SignalAsync(Platform platform, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await platform.ExecuteAsync(Propagation.Notify, ct);
                await Task.Delay(SignalPause, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }
}
