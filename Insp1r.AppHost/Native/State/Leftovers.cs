namespace Insp1r.Platform;

/// <summary>Processes of an engine that was killed before it could stop them.</summary>
internal static class Leftovers
{
    /// <returns>Whether there were any.</returns>
    public static async Task<bool> StopAsync(StateFolder state, CancellationToken ct)
    {
        // Servers last here too: the services end before the ground under them.
        var processes = PlatformStatus.Read(state)?.Resources.Select(r => r.Process).OfType<ProcessIdentity>().Reverse().ToList() ?? [];
        var alive = processes.Where(p => p.IsAlive()).ToList();
        foreach (var process in alive)
            process.SignalGroup(Signals.Terminate);

        foreach (var process in alive)
        {
            if (!await process.WaitForExitAsync(TimeSpan.FromSeconds(10), ct))
                process.SignalGroup(Signals.Kill);
        }

        return alive.Count > 0;
    }
}
