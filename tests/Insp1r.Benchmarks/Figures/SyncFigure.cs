using System.Globalization;
using Insp1r.Benchmarks.Harness;
using Npgsql;

namespace Insp1r.Benchmarks.Figures;

/// <summary>
/// A national system pushes all its members: new ones, changed ones, none changed, and some bad lines among them, while the other
/// services follow. The yardstick is the same rows copied into a staging table and merged with a log row each, in one statement.
/// </summary>
internal static class SyncFigure
{
    private const int BadEach = 1_000;

    // Six seconds for 100,000 rows where the machine merges 60,000 a second.
    private const double ShareOfMerge = 100_000 / 6.0 / 60_000;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var folder = bench.FolderFor("sync");
        var rows = bench.Settings.Choose(full: 100_000, quick: 30_000, proof: 2_000);
        var (created, updated, unchanged, followed, merged, grown) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());

        await PushAsync("warm", rows / 5, "first", null);
        for (var round = 1; round <= bench.Settings.Choose(full: 3, quick: 1, proof: 1); round++)
        {
            var ns = string.Create(CultureInfo.InvariantCulture, $"bench-{round}");
            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            merged.Add(await MergeAsync(platform, rows, ct));

            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var since = await Platform.ScalarAsync<DateTime>(platform.Membership, "select clock_timestamp()", ct);
            using var watch = CancellationTokenSource.CreateLinkedTokenSource(ct);
            var memory = PeakAsync(platform.Resource("membership").ProcessId, watch.Token);
            var first = await PushAsync(ns, rows, "first", null);
            await watch.CancelAsync();
            grown.Add(await memory);
            Require(first.Created == rows, "created", first);
            created.Add(first.RowsPerSecond);
            followed.Add(rows / (await LastEffectAsync(platform, ct) - since).TotalSeconds);

            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var second = await PushAsync(ns, rows, "second", null);
            Require(second.Updated == rows, "updated", second);
            updated.Add(second.RowsPerSecond);
            await LastEffectAsync(platform, ct);

            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var events = await EventsAsync(platform, ct);
            var third = await PushAsync(ns, rows, "second", null);
            Require(third.Unchanged == rows && await EventsAsync(platform, ct) == events, "left unchanged without an event", third);
            unchanged.Add(third.RowsPerSecond);

            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var mixed = await PushAsync($"{ns}-bad", rows / 2, "first", BadEach);
            Require(mixed.Rejected == rows / 2 / BadEach && mixed.Created == (rows / 2) - mixed.Rejected, "created but for one in a thousand", mixed);
            Report.Detail($"one bad line in {BadEach:#,0}: {mixed.Created:#,0} created, {mixed.Rejected:#,0} rejected, {mixed.RowsPerSecond:#,0} rows/s");
            await LastEffectAsync(platform, ct);
        }

        var yardstick = Measure.Of(merged);
        report.Add($"bulk sync of {rows:#,0}, new rows", Measure.Of(created), "/s", "COPY + merge", yardstick, Bar.RatioAtLeast(ShareOfMerge));
        report.Add($"bulk sync of {rows:#,0}, new rows", Measure.Of(created), "/s", Bar.AtLeast(20_000, "/s"));
        report.Add($"bulk sync of {rows:#,0}, changed rows", Measure.Of(updated), "/s", "COPY + merge", yardstick, Bar.None);
        report.Add($"bulk sync of {rows:#,0}, changed rows", Measure.Of(updated), "/s", Bar.AtLeast(20_000, "/s"));
        report.Add($"bulk sync of {rows:#,0}, unchanged rows", Measure.Of(unchanged), "/s", Bar.AtLeast(60_000, "/s"));
        report.Add("bulk sync, effects in advocacy", Measure.Of(followed), "/s", Bar.AtLeast(20_000, "/s"));
        report.Add("bulk sync, growth of membership's memory", Measure.Of(grown), "MiB", Bar.None, mayBeNone: true);

        async Task<SyncPush.Result> PushAsync(string ns, int count, string edition, int? badEach)
        {
            var file = await SyncPush.WriteFileAsync(folder, ns, count, edition, badEach, ct);
            var result = await SyncPush.SendAsync(platform, file, ct);
            File.Delete(file);
            return result;
        }
    }

    private static void Require(bool asExpected, string what, SyncPush.Result result)
    {
        if (!asExpected)
            throw new InvalidOperationException($"All rows should be {what}, and the batch says {result}.");
    }

    /// <summary>When the last event so far had its effect in advocacy.</summary>
    private static async Task<DateTime> LastEffectAsync(Platform platform, CancellationToken ct)
    {
        await Propagation.DrainAsync(platform, ct);
        return await Platform.ScalarAsync<DateTime>(platform.Advocacy, "select max(pg_xact_commit_timestamp(xmin)) from member_organisation where node = $1", ct, Organisations.Node);
    }

    private static Task<long> EventsAsync(Platform platform, CancellationToken ct) => Platform.ScalarAsync<long>(platform.Membership, "select count(*) from change_log", ct);

    /// <summary>The rows a second of COPY into a staging table and one merging statement, with a log row each.</summary>
    private static async Task<double> MergeAsync(Platform platform, int rows, CancellationToken ct)
    {
        await Copies.MakeAsync(platform, ct);
        await platform.ExecuteAsync("create unlogged table bench.staging (n int, name text)", ct);
        await using var connection = await platform.Membership.OpenConnectionAsync(ct);
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        await using (var copy = await connection.BeginTextImportAsync("copy bench.staging from stdin", ct))
        {
            for (var n = 1; n <= rows; n++)
                await copy.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{n}\tCooperative number {n}"));
        }

        await using var merge = new NpgsqlCommand(Copies.Merge, connection) { CommandTimeout = 300 };
        await merge.ExecuteNonQueryAsync(ct);
        return rows / System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>By how many MiB a process's memory grew at most, until it is cancelled.</summary>
    private static async Task<double> PeakAsync(int processId, CancellationToken ct)
    {
        var before = Machine.ResidentMemory(processId);
        var peak = before;
        while (!ct.IsCancellationRequested)
        {
            peak = Math.Max(peak, Machine.ResidentMemory(processId));
            await Task.Delay(100, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Report.Detail($"membership's memory: {before:0} MiB before, {peak:0} MiB at most during the push");
        return peak - before;
    }
}
