using System.Diagnostics;

namespace Insp1r.Benchmarks.Harness;

/// <summary>
/// Sends at fixed times, whether or not what was sent before has been answered: a slow answer must not thin out the load that
/// would have shown how slow it is.
/// </summary>
internal static class Pacer
{
    public static async Task RunAsync(int perSecond, TimeSpan duration, Func<CancellationToken, Task> sendAsync, CancellationToken ct)
    {
        var count = (int)(perSecond * duration.TotalSeconds);
        var sent = new List<Task>(count);
        var start = Stopwatch.GetTimestamp();
        while (sent.Count < count)
        {
            var due = Math.Min(count, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond) + 1);
            while (sent.Count < due)
                sent.Add(sendAsync(ct));
            await Task.Delay(1, ct);
        }

        await Task.WhenAll(sent);
        var late = Stopwatch.GetElapsedTime(start) - duration;
        if (late > duration / 10)
            Report.Detail($"{perSecond:#,0}/s was not kept: the last answer came {late.TotalSeconds:0.0} s after its time");
    }
}
