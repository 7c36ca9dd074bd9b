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
        command.SetAction((parsed, ct) => RunAsync(Installation.Current.State, parsed.GetValue(yes), ct));
        return command;
    }

    internal static async Task<int> RunAsync(StateFolder state, bool confirmed, CancellationToken ct)
    {
        if (state.IsEmpty)
        {
            Console.WriteLine($"There is nothing in {state.Root}.");
            return 0;
        }

        // Before the question and before the stop: what is not ours is neither asked about nor touched.
        state.EnsureOurs();
        if (!confirmed && !Confirmed(state))
        {
            Console.WriteLine("Nothing was deleted.");
            return 1;
        }

        await DownCommand.StopAsync(state, ct);
        var others = state.Delete();
        Console.WriteLine(others.Count == 0
            ? $"Deleted {state.Root}. The next ./insp1r up starts with empty databases."
            : $"Deleted what the platform kept in {state.Root}. What is not the platform's stays: {string.Join(", ", others)}. "
                + $"The next ./insp1r up needs an empty folder: move these away, or set {StateFolder.Variable}.");
        return 0;
    }

    private static bool Confirmed(StateFolder state)
    {
        Console.Write($"Delete {state.Root} with all databases, messages, passwords and logs? Type yes: ");
        return Console.ReadLine()?.Trim() == "yes";
    }
}
