namespace Insp1r.Testing;

/// <summary>
/// Ends a service within half a minute. After its broker was killed and started again a bus may never end (seen once, after all it
/// had to do was done); a service that runs as a process is then killed by who runs it, and in a test it ends with the process.
/// </summary>
public static class StopBound
{
    public static async Task DisposeAsync(IAsyncDisposable service) =>
        await service.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
