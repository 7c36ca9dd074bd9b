namespace Insp1r.Messaging.Relay;

/// <summary>What the relay of this process is doing, for health and for operators.</summary>
internal sealed class RelayState(TimeProvider clock)
{
    private long _lastTick = clock.GetTimestamp();

    public bool IsActive { get; set; }
    public bool IsStandby { get; set; }
    public TimeSpan SinceTick => clock.GetElapsedTime(Volatile.Read(ref _lastTick));

    public void Ticked() => Volatile.Write(ref _lastTick, clock.GetTimestamp());
}
