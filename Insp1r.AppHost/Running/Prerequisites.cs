using Insp1r.AppHost.Servers;
using Insp1r.Platform;

namespace Insp1r.AppHost.Running;

/// <summary>What would otherwise fail later with a message of somebody else's.</summary>
internal sealed class Prerequisites(Installation installation)
{
    private const long Megabyte = 1024 * 1024;
    private const long SmallestFreeSpace = 512 * Megabyte;

    /// <summary>Where Debian puts the servers that it can hold several versions of.</summary>
    public string Libraries { get; init; } = "/usr/lib";

    public Func<string, long> FreeSpace { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    public void Check(IEnumerable<IResource> resources)
    {
        var missing = resources.OfType<ServerProcess>().Where(server => !server.IsInstalled(Libraries)).Select(server => server.Package).ToList();
        if (missing.Count > 0)
            throw new PlatformException($"Missing on this machine: {string.Join(", ", missing)}. Install: sudo apt-get install {string.Join(' ', missing)}");

        if (installation.ServiceUser is { } user)
            CheckUser(user);
        if (DiskProblem() is { } problem)
            throw new PlatformException($"{problem} Make room, or choose a folder on another disk: {StateFolder.Variable}=/path/to/folder ./insp1r up");
    }

    public string? DiskProblem()
    {
        var free = FreeSpace(installation.State.Root);
        return free >= SmallestFreeSpace ? null
            : $"The disk that holds {installation.State.Root} has {free / Megabyte} MB left; the databases and the broker need {SmallestFreeSpace / Megabyte} MB.";
    }

    private static void CheckUser(string user)
    {
        if (!UserAccount.Exists(user))
        {
            throw new PlatformException(
                $"Services do not run as root, and the user {user} does not exist. Make it: useradd --system --no-create-home --shell /usr/sbin/nologin {user}");
        }

        if (!UserAccount.Can(user, "-r", typeof(Prerequisites).Assembly.Location))
        {
            throw new PlatformException(
                $"Services do not run as root, and the user {user} cannot read {AppContext.BaseDirectory}. Put the checkout where every user may read, for example below /opt.");
        }
    }
}
