using System.CommandLine;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Deletes all that the platform keeps on this machine, after asking.</summary>
internal static class ResetCommand
{
    public static Command Create()
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask" };
        var command = new Command("reset", "Stop the platform and delete its data, passwords and logs, after asking") { yes };
        command.SetAction(async (parsed, ct) =>
        {
            var state = Installation.Current.State;
            if (!Directory.Exists(state.Root))
            {
                Console.WriteLine($"There is nothing in {state.Root}.");
                return 0;
            }

            if (!Directory.Exists(state.Run))
                throw new PlatformException($"{state.Root} does not look like a state folder of the platform: it has no {Path.GetFileName(state.Run)} folder. Nothing was deleted.");
            if (!parsed.GetValue(yes) && !Confirmed(state))
            {
                Console.WriteLine("Nothing was deleted.");
                return 1;
            }

            await DownCommand.StopAsync(state, ct);
            Directory.Delete(state.Root, recursive: true);
            Console.WriteLine($"Deleted {state.Root}. The next ./insp1r up starts with empty databases.");
            return 0;
        });
        return command;
    }

    private static bool Confirmed(StateFolder state)
    {
        Console.Write($"Delete {state.Root} with all databases, messages, passwords and logs? Type yes: ");
        return Console.ReadLine()?.Trim() == "yes";
    }
}
