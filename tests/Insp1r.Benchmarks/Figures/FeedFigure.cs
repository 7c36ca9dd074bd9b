using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>The change feed through the gateway: full pages of a long log, and the time from a commit to a reader that waits for it.</summary>
internal static class FeedFigure
{
    private const string Path = "/api/v1/changes/membership";
    private const string LongLog = "insp1r.bench.feed";
    private const int PageSize = 1_000;
    private const int Writers = 16;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        await MeasurePagesAsync(bench, platform, report, ct);
        await MeasureWaitAsync(bench, platform, report, ct);
    }

    private static async Task MeasurePagesAsync(Bench bench, Platform platform, Report report, CancellationToken ct)
    {
        var logRows = bench.Settings.Choose(full: 50_000, quick: 50_000, proof: 3_000);
        await platform.ExecuteAsync(Propagation.LogRows("change_log", LongLog, $"(select gen_random_uuid() as id, n from generate_series(1, {logRows}) n)"), ct);
        await platform.ExecuteAsync(Propagation.Notify, ct);
        await Propagation.SpanAsync(platform, LongLog, logRows, ct);
        await platform.ExecuteAsync("vacuum (analyze) change_log", ct);

        using var http = await SeesEverythingAsync(platform, ct);
        var rounds = new List<Latency>();
        for (var round = 0; round <= bench.Settings.Choose(full: 3, quick: 1, proof: 1); round++)
        {
            await Machine.WaitForIdleAsync(bench.Settings.Patience, ct);
            var pages = await WalkAsync(platform, http, ct);
            // The first walk warms.
            if (round > 0)
                rounds.Add(Latency.Of(pages));
        }

        var latencies = Latencies.Of(rounds);
        Report.Detail($"page of {PageSize:#,0}: {latencies}");
        report.Add($"change feed, page of {PageSize:#,0}, p99", latencies.P99, "ms", Bar.AtMost(15, "ms"));
    }

    /// <summary>Reads the whole log and returns the milliseconds of each full page. Throws where a change is missing, or came twice.</summary>
    private static async Task<List<double>> WalkAsync(Platform platform, HttpClient http, CancellationToken ct)
    {
        var seen = new HashSet<Guid>();
        var times = new List<double>();
        for (string? after = null; ;)
        {
            var start = Stopwatch.GetTimestamp();
            var bytes = await http.GetByteArrayAsync(new Uri($"{Path}?limit={PageSize}{(after is null ? "" : $"&after={after}")}", UriKind.Relative), ct);
            var elapsed = Stopwatch.GetElapsedTime(start);
            using var page = JsonDocument.Parse(bytes);
            var items = page.RootElement.GetProperty("items");
            foreach (var item in items.EnumerateArray())
            {
                if (!seen.Add(item.GetProperty("id").GetGuid()))
                    throw new InvalidOperationException("The feed repeated a change.");
            }

            if (!page.RootElement.GetProperty("more").GetBoolean())
                break;
            times.Add(elapsed.TotalMilliseconds);
            after = page.RootElement.GetProperty("next").GetString();
        }

        var rows = await Platform.ScalarAsync<long>(platform.Membership, "select count(*) from change_log where visibility = 'feed'", ct);
        return rows == seen.Count ? times : throw new InvalidOperationException($"The feed gave {seen.Count} changes of {rows}.");
    }

    private static async Task MeasureWaitAsync(Bench bench, Platform platform, Report report, CancellationToken ct)
    {
        var duration = TimeSpan.FromSeconds(bench.Settings.Choose(full: 15, quick: 5, proof: 1));
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var received = new ConcurrentDictionary<Guid, DateTimeOffset>();
        var reader = FollowAsync(platform, await EndOfFeedAsync(platform, ct), received, reading.Token);

        var calm = new ConcurrentBag<Guid>();
        await Pacer.RunAsync(20, duration, async token => calm.Add(await Organisations.CreateAsync(platform, token)), ct);
        var crowd = new ConcurrentBag<Guid>();
        using (var writing = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            writing.CancelAfter(duration / 3);
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
            {
                while (!writing.IsCancellationRequested)
                    crowd.Add(await Organisations.CreateAsync(platform, ct));
            }));
        }

        await Testing.Stack.Until.TrueAsync(() => received.Count >= calm.Count + crowd.Count, "the reader has every change", ct);
        await reading.CancelAsync();
        await reader;
        if (calm.Concat(crowd).FirstOrDefault(id => !received.ContainsKey(id)) is var missing && missing != Guid.Empty)
            throw new InvalidOperationException($"The reader never got organisation {missing}.");

        // The reader's clock and PostgreSQL's are the machine's.
        var commits = await Propagation.CommitsAsync(platform, calm, ct);
        var latency = Latency.Of(calm.Select(id => (received[id].UtcDateTime - commits[id]).TotalMilliseconds));
        Report.Detail($"commit to waiting reader: p50 {Measure.Number(latency.P50)} ms, p99 {Measure.Number(latency.P99)} ms; {crowd.Count:#,0} changes of {Writers} writers came once each");
        report.Add("change feed, commit to waiting reader, p99", Measure.Of(latency.P99), "ms", Bar.AtMost(50, "ms"));
    }

    private static async Task<string> EndOfFeedAsync(Platform platform, CancellationToken ct)
    {
        string? after = null;
        while (true)
        {
            var page = await Organisations.GetAsync(platform, $"{Path}?limit={PageSize}{(after is null ? "" : $"&after={after}")}", ct);
            after = (string)page["next"]!;
            if (!(bool)page["more"]!)
                return after;
        }
    }

    private static async Task FollowAsync(Platform platform, string after, ConcurrentDictionary<Guid, DateTimeOffset> received, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var page = await Organisations.GetAsync(platform, $"{Path}?limit={PageSize}&wait=30&after={after}", ct);
                var now = DateTimeOffset.UtcNow;
                foreach (var item in page["items"]!.AsArray())
                {
                    if (!received.TryAdd((Guid)item!["subjectId"]!, now))
                        throw new InvalidOperationException("The feed repeated a change.");
                }

                after = (string)page["next"]!;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    private static async Task<HttpClient> SeesEverythingAsync(Platform platform, CancellationToken ct)
    {
        var http = new HttpClient { BaseAddress = platform.Stack.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await platform.TokenOfAsync("steward", ct));
        return http;
    }
}
