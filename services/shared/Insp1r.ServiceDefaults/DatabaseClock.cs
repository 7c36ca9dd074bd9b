namespace Insp1r.ServiceDefaults;

/// <summary>
/// The system's clock in microseconds, which is what PostgreSQL keeps: the answer to a write and the next reading of it, under one
/// ETag, say the same time.
/// </summary>
internal sealed class DatabaseClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        var now = base.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
