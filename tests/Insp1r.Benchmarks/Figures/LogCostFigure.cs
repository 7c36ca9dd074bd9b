using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>What the log costs its writer: the same transaction with the log row and without, on copies of the tables that nobody reads.</summary>
internal static class LogCostFigure
{
    private const int Writers = 16;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        await Copies.MakeAsync(platform, ct);
        var database = platform.MembershipConnection;
        var rounds = await Rounds.RunAsync(bench.Settings,
            [
                new Target("with the log", [platform.Postgres], (duration, token) => PgBench.RunAsync(database, Writers, duration, Copies.InsertWithLog("bench.change_log", "insp1r.bench"), token)),
                new Target("without", [platform.Postgres], (duration, token) => PgBench.RunAsync(database, Writers, duration, Copies.Insert("insp1r.bench"), token)),
            ], ct);
        report.Add("writes with the log", rounds["with the log"].PerSecond, "/s", "without", rounds["without"].PerSecond, Bar.RatioAtLeast(0.8));
    }
}
