namespace Insp1r.Gateway.Limits;

/// <summary>A sustained rate and the burst above it, in the clock's own ticks.</summary>
internal sealed class Rate(string name, int perSecond, int burst, TimeProvider clock)
{
    public long Cost { get; } = Math.Max(1, clock.TimestampFrequency / perSecond);
    public long Depth { get; } = Math.Max(1, clock.TimestampFrequency / perSecond) * burst;
    public string Name { get; } = name;

    /// <summary>RateLimit-Policy as in draft-ietf-httpapi-ratelimit-headers: the quota, and the seconds in which it fills.</summary>
    public string Policy { get; } = $"\"{name}\";q={burst};w={Math.Max(1, (burst + perSecond - 1) / perSecond)}";
}

/// <summary>
/// What one client has used. The rate is the generic cell rate algorithm: one number, the time until which the client has
/// spent its share, holds both the rate and the burst. So there is nothing to refill by a timer, however many clients there are.
/// </summary>
internal sealed class Budget
{
    private long _spentUntil;

    /// <summary>Requests under way.</summary>
    public Gate Requests { get; } = new();

    /// <summary>Sync batches under way.</summary>
    public Gate Syncs { get; } = new();

    /// <summary>Takes one request at <paramref name="now"/>. Where there is none left, <paramref name="wait"/> says when there will be.</summary>
    public bool TryTake(Rate rate, long now, out long left, out long wait)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _spentUntil);
            var spent = Math.Max(seen, now) + rate.Cost;
            (left, wait) = ((rate.Depth - (spent - now)) / rate.Cost, spent - now - rate.Depth);
            if (wait > 0)
                return false;
            if (Interlocked.CompareExchange(ref _spentUntil, spent, seen) == seen)
                return true;
        }
    }

    /// <summary>True where forgetting it changes nothing: all is refilled and nothing under way.</summary>
    public bool IsIdle(long now) => Volatile.Read(ref _spentUntil) <= now && Requests.IsEmpty && Syncs.IsEmpty;
}

/// <summary>Counts what is under way, up to a limit.</summary>
internal sealed class Gate
{
    private int _inside;

    public bool IsEmpty => Volatile.Read(ref _inside) == 0;

    public bool TryEnter(int limit)
    {
        if (Interlocked.Increment(ref _inside) <= limit)
            return true;

        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _inside);
}
