using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>What would otherwise fail later with a message of somebody else's.</summary>
internal static class Prerequisites
{
    private const long Megabyte = 1024 * 1024;
    private const long SmallestFreeSpace = 512 * Megabyte;

    public static void Check(IReadOnlyList<IResource> resources, StateFolder state)
    {
        var missing = new List<string>();
        if (resources.OfType<PostgresServerResource>().Any() && PostgresServer.FindBinaries() is null)
            missing.Add("postgresql");
        if (resources.OfType<RabbitMQServerResource>().Any() && RabbitMqServer.FindScript() is null)
            missing.Add("rabbitmq-server");
        if (missing.Count > 0)
            throw new PlatformException($"Missing on this machine: {string.Join(", ", missing)}. Install: sudo apt-get install {string.Join(' ', missing)}");

        if (DiskProblem(state) is { } problem)
            throw new PlatformException($"{problem} Make room, or choose a folder on another disk: {StateFolder.Variable}=/path/to/folder ./insp1r up");
    }

    public static string? DiskProblem(StateFolder state)
    {
        var free = new DriveInfo(state.Root).AvailableFreeSpace;
        return free >= SmallestFreeSpace ? null
            : $"The disk that holds {state.Root} has {free / Megabyte} MB left; the databases and the broker need {SmallestFreeSpace / Megabyte} MB.";
    }
}
