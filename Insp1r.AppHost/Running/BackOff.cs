namespace Insp1r.AppHost.Running;

/// <summary>How long a crashed resource waits: 0.2 s, doubled each time up to 30 s, and from the start again after a minute of health.</summary>
internal sealed class BackOff(TimeProvider clock)
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _forgivenAfter = TimeSpan.FromMinutes(1);

    private TimeSpan _next = _first;
    private DateTimeOffset? _healthySince;

    /// <summary>Crashes in a row, none of them followed by a minute of health.</summary>
    public int Attempts { get; private set; }

    public void Healthy() => _healthySince ??= clock.GetUtcNow();

    public void Unhealthy() => _healthySince = null;

    public TimeSpan Next()
    {
        if (_healthySince is { } since && clock.GetUtcNow() - since >= _forgivenAfter)
            (_next, Attempts) = (_first, 0);

        _healthySince = null;
        Attempts++;
        var delay = _next;
        _next = delay * 2 < _longest ? delay * 2 : _longest;
        return delay;
    }
}
