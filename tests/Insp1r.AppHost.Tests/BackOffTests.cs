using Insp1r.AppHost.Running;

namespace Insp1r.AppHost.Tests;

public sealed class BackOffTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Next_CrashAfterCrash_DoublesUpToHalfAMinute()
    {
        var backOff = new BackOff(_clock);

        var delays = Enumerable.Range(0, 10).Select(_ => backOff.Next().TotalSeconds).ToList();

        Assert.Equal([0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30], delays.Select(d => Math.Round(d, 1)));
        Assert.Equal(10, backOff.Attempts);
    }

    [Fact]
    public void Next_AfterAMinuteOfHealth_BeginsAgain()
    {
        var backOff = new BackOff(_clock);
        _ = backOff.Next();
        _ = backOff.Next();

        backOff.Healthy();
        _clock.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(TimeSpan.FromSeconds(0.2), backOff.Next());
        Assert.Equal(1, backOff.Attempts);
    }

    [Fact]
    public void Next_HealthInterrupted_DoesNotForget()
    {
        var backOff = new BackOff(_clock);
        _ = backOff.Next();

        backOff.Healthy();
        _clock.Advance(TimeSpan.FromSeconds(50));
        backOff.Unhealthy();
        backOff.Healthy();
        _clock.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal(TimeSpan.FromSeconds(0.4), backOff.Next());
    }

    private sealed class ManualClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
