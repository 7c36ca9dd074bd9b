using System.CommandLine;
using System.Text.Json;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Every resource and replica with its state, address, process and restarts. Exits with 0 only where all is well.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the whole status as JSON" };
        var command = new Command("status", "Show every resource with its state, address and process id") { json };
        command.SetAction(parsed =>
        {
            var status = Actual(Installation.Current.LiveStatusOrLast());
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(status, StatusJson.Default.PlatformStatus) : Table(status));
            return status.State == PlatformState.Running && status.Resources.All(r => r.State is ResourceState.Running or ResourceState.Finished) ? 0 : 1;
        });
        return command;
    }

    /// <summary>An application host that was killed could not write that it is gone.</summary>
    private static PlatformStatus Actual(PlatformStatus status) => status.State is PlatformState.Stopped or PlatformState.Failed || status.IsLive
        ? status
        : status with
        {
            State = PlatformState.Stopped,
            Message = "The application host was killed. The next start cleans up: ./insp1r up",
            Resources =
            [
                .. status.Resources.Select(r => r.Process?.IsAlive() == true ? r : r with { State = ResourceState.Stopped, Process = null }),
            ],
        };

    private static string Table(PlatformStatus status)
    {
        string[][] rows =
        [
            ["NAME", "STATE", "ADDRESS", "PROCESS", "RESTARTS", ""],
            .. status.Resources.Select(r => (string[])
            [
                r.Name, r.State.ToString(), r.Address ?? "", r.Process is { } process ? $"{process.ProcessId}" : "", $"{r.Restarts}", r.Message ?? "",
            ]),
        ];
        var widths = Enumerable.Range(0, 5).Select(column => rows.Max(row => row[column].Length)).ToList();
        var lines = rows.Select(row => string.Join("  ", row.Select((cell, column) => column < widths.Count ? cell.PadRight(widths[column]) : cell)).TrimEnd());
        var head = $"{status.State}{(status.Address is { } address ? $" at {address}" : "")}, application host process {status.AppHost.ProcessId}";
        return $"{head}{(status is { Dashboard: { } dashboard, IsLive: true } ? $"\nDashboard: {dashboard}" : "")}{(status.Message is { } message ? $"\n{message}" : "")}\n\n{string.Join('\n', lines)}";
    }

    private static PlatformStatus LiveStatusOrLast(this Installation installation) =>
        PlatformStatus.Read(installation.State)
        ?? throw new PlatformException($"The platform has not run yet with the state folder {installation.State.Root}. Start it: ./insp1r up");
}
