using Insp1r.Messaging.Log;
using Xunit;

namespace Insp1r.Messaging.Tests;

public class LogSignalTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Wait_RaisedSinceTheVersionWasRead_ReturnsAtOnce()
    {
        var signal = new LogSignal();
        var seen = signal.Any.Version;
        signal.Raise();

        await signal.Any.WaitAsync(seen, Long, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Wait_RaisedMeanwhile_WakesEveryWaiter()
    {
        var signal = new LogSignal();
        var waiters = Enumerable.Range(0, 8).Select(_ => signal.Any.WaitAsync(signal.Any.Version, Long, TestContext.Current.CancellationToken)).ToList();
        Assert.All(waiters, waiter => Assert.False(waiter.IsCompleted));

        signal.Raise();

        await Task.WhenAll(waiters).WaitAsync(Long, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Wait_NothingComes_EndsAfterTheTimeout() =>
        await new LogSignal().Any.WaitAsync(0, TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken).WaitAsync(Long, TestContext.Current.CancellationToken);

    [Fact]
    public void Raise_ByAnotherReplica_IsNotToldToTheReplicasAgain()
    {
        var signal = new LogSignal();

        signal.Any.Raise();

        Assert.Equal(0, signal.Local.Version);
    }
}
