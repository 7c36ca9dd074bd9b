namespace Insp1r.Platform;

/// <summary>Processes of an application host that was killed together with its orchestrator, before either could stop them.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(8);

    /// <returns>Whether there were any.</returns>
    public static async Task<bool> StopAsync(StateFolder state, CancellationToken ct)
    {
        // Servers last here too: the services end before the ground under them.
        var processes = PlatformStatus.Read(state)?.Resources.Select(r => r.Process).OfType<ProcessIdentity>().Reverse().ToList() ?? [];
        var alive = processes.Where(p => p.IsAlive()).ToList();
        var found = alive.Count > 0;

        // PostgreSQL waits for its clients when it is asked to terminate, and ends their sessions when it is interrupted.
        foreach (var signal in (int[])[Signals.Terminate, Signals.Interrupt, Signals.Kill])
        {
            alive.ForEach(p => p.Signal(signal));
            await Task.WhenAll(alive.Select(p => p.WaitForExitAsync(_patience, ct)));
            alive.RemoveAll(p => !p.IsAlive());
        }

        return found;
    }
}
