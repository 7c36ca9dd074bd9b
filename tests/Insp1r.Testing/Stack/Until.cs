using System.Diagnostics;

namespace Insp1r.Testing.Stack;

/// <summary>Waits for a condition, never for a time: it looks again every 50 ms until the deadline, and then says what did not happen.</summary>
public static class Until
{
    public static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(Func<bool> condition, string what, CancellationToken ct, TimeSpan? deadline = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, ct, deadline);

    public static Task TrueAsync(Func<Task<bool>> condition, string what, CancellationToken ct, TimeSpan? deadline = null) =>
        NotNullAsync(async () => await condition() ? "" : null, what, ct, deadline);

    /// <summary>The first value that is not null. A probe that throws is one more that did not succeed: what it asks may be down.</summary>
    public static async Task<T> NotNullAsync<T>(Func<Task<T?>> probe, string what, CancellationToken ct, TimeSpan? deadline = null) where T : class
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            Exception? failure = null;
            try
            {
                if (await probe() is { } found)
                    return found;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                failure = e;
            }

            if (Stopwatch.GetElapsedTime(start) > (deadline ?? Generous))
                throw new TimeoutException($"Not within {(deadline ?? Generous).TotalSeconds:0} s: {what}", failure);
            await Task.Delay(Pause, ct);
        }
    }
}
