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
        var late = await RunAsync(perSecond, Task.Delay(duration, ct), sendAsync, ct);
        if (late > duration / 10)
            Report.Detail($"{perSecond:#,0}/s was not kept: the last answer came {late.TotalSeconds:0.0} s after its time");
    }

    /// <summary>Sends until that task ends, and returns how long the last answers took from there.</summary>
    public static async Task<TimeSpan> RunAsync(int perSecond, Task until, Func<CancellationToken, Task> sendAsync, CancellationToken ct)
    {
        var sent = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        while (!until.IsCompleted)
        {
            var due = (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * perSecond) + 1;
            while (sent.Count < due)
                sent.Add(sendAsync(ct));
            await Task.Delay(1, ct);
        }

        var end = Stopwatch.GetTimestamp();
        await Task.WhenAll(sent);
        return Stopwatch.GetElapsedTime(end);
    }
}
