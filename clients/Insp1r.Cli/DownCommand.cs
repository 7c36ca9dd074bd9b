using System.CommandLine;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Stops the platform, whichever terminal started it.</summary>
internal static class DownCommand
{
    // The longest orderly stop of the services, and of the servers after them.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var command = new Command("down", "Stop the platform; the data stays");
        command.SetAction(async (_, ct) =>
        {
            if (!await StopAsync(Installation.Current.State, ct))
                Console.WriteLine("The platform does not run.");
            return 0;
        });
        return command;
    }

    /// <returns>Whether anything was running.</returns>
    public static async Task<bool> StopAsync(StateFolder state, CancellationToken ct)
    {
        if (PlatformStatus.Read(state) is not { } status)
            return false;

        var wasLive = status.AppHost.IsAlive();
        if (wasLive)
        {
            status.AppHost.Signal(Signals.Terminate);
            if (!await status.AppHost.WaitForExitAsync(_grace, ct))
                status.AppHost.Signal(Signals.Kill);
        }

        return await Leftovers.StopAsync(state, ct) || wasLive;
    }
}
