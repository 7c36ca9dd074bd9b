using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>What would otherwise fail later with a message of somebody else's.</summary>
internal sealed class Prerequisites(StateFolder state, string libraries, Func<string, long> freeSpace)
{
    /// <summary>Where Debian puts the servers that it can hold several versions of.</summary>
    public const string Libraries = "/usr/lib";

    private const long Megabyte = 1024 * 1024;
    private const long SmallestFreeSpace = 512 * Megabyte;

    public static Prerequisites OfThisMachine(StateFolder state) => new(state, Libraries, folder => new DriveInfo(folder).AvailableFreeSpace);

    public void Check(IReadOnlyList<IResource> resources)
    {
        var missing = new List<string>();
        if (resources.OfType<PostgresServerResource>().Any() && PostgresServer.FindBinaries(libraries) is null)
            missing.Add("postgresql");
        if (resources.OfType<RabbitMQServerResource>().Any() && RabbitMqServer.FindScript(libraries) is null)
            missing.Add("rabbitmq-server");
        if (missing.Count > 0)
            throw new PlatformException($"Missing on this machine: {string.Join(", ", missing)}. Install: sudo apt-get install {string.Join(' ', missing)}");

        if (DiskProblem() is { } problem)
            throw new PlatformException($"{problem} Make room, or choose a folder on another disk: {StateFolder.Variable}=/path/to/folder ./insp1r up");
    }

    public string? DiskProblem()
    {
        var free = freeSpace(state.Root);
        return free >= SmallestFreeSpace ? null
            : $"The disk that holds {state.Root} has {free / Megabyte} MB left; the databases and the broker need {SmallestFreeSpace / Megabyte} MB.";
    }
}
