using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Insp1r.Benchmarks.Harness;

/// <summary>What the kernel says of the machine and its processes.</summary>
internal static class Machine
{
    // Linux has shown the times of /proc in hundredths of a second on every architecture for decades (USER_HZ).
    private const double TicksPerSecond = 100;

    private const double IdleShare = 0.12;
    private static readonly TimeSpan IdleWindow = TimeSpan.FromMilliseconds(300);

    /// <summary>How often something else was still at work when the wait was over.</summary>
    public static int StartsInUnrest { get; private set; }

    /// <summary>Seconds of processor time that a process and its descendants took, the ended ones included.</summary>
    public static double CpuSeconds(int processId) => Tree(processId).Sum(id =>
        ReadStat(id) is { } stat ? (stat.Own + stat.EndedChildren) / TicksPerSecond : 0);

    /// <summary>The same of the children of this very process that have ended: the load generators.</summary>
    public static double CpuSecondsOfEndedChildren() => ReadStat(Environment.ProcessId)!.EndedChildren / TicksPerSecond;

    public static List<int> Tree(int processId)
    {
        var children = ProcessIds().Select(id => (Id: id, Parent: ReadStat(id)?.Parent)).ToLookup(process => process.Parent, process => process.Id);
        var tree = new List<int> { processId };
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(children[tree[i]]);
        return tree;
    }

    /// <summary>Memory that is a process's own, with its share of what it has in common with others, in MiB.</summary>
    public static double ProportionalMemory(int processId) => KilobytesOf($"/proc/{processId}/smaps_rollup", "Pss:") / 1024;

    /// <summary>The name of a process's program; of a .NET process that of its assembly, without the ending.</summary>
    public static string ProgramOf(int processId)
    {
        var names = CommandLine(processId).Take(2).Select(part => Path.GetFileName(part)).ToArray();
        return names switch
        {
            ["dotnet", var assembly] => Path.GetFileNameWithoutExtension(assembly),
            [var program, ..] => program,
            [] => "",
        };
    }

    public static double ResidentMemory(int processId) => KilobytesOf($"/proc/{processId}/status", "VmRSS:") / 1024;

    public static string[] CommandLine(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static Dictionary<string, string> EnvironmentOf(int processId) => File.ReadAllText($"/proc/{processId}/environ")
        .Split('\0', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Where(pair => pair.Length == 2)
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);

    /// <summary>When a process started; exact to a hundredth of a second.</summary>
    public static DateTimeOffset? StartOf(int processId)
    {
        if (ReadStat(processId) is not { } stat)
            return null;

        var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        return DateTimeOffset.UtcNow - TimeSpan.FromSeconds(uptime - (stat.StartTicks / TicksPerSecond));
    }

    /// <summary>Waits until nothing else is at work, so that one round does not pay for the one before; not for ever.</summary>
    public static async Task WaitForIdleAsync(TimeSpan longest, CancellationToken ct)
    {
        var deadline = DateTimeOffset.UtcNow + longest;
        while (DateTimeOffset.UtcNow < deadline)
        {
            var (busyBefore, allBefore) = ReadLoad();
            await Task.Delay(IdleWindow, ct);
            var (busy, all) = ReadLoad();
            if ((busy - busyBefore) <= (all - allBefore) * IdleShare)
                return;
        }

        StartsInUnrest++;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static IEnumerable<int> ProcessIds() => Directory.EnumerateDirectories("/proc")
        .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static (double Busy, double All) ReadLoad()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9]
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture)).ToArray();
        return (fields.Sum() - fields[3] - fields[4], fields.Sum());
    }

    private static Stat? ReadStat(int processId)
    {
        try
        {
            // The second field, the command's name, may hold spaces and brackets itself: count from its end.
            var text = File.ReadAllText($"/proc/{processId}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int index) => long.Parse(fields[index], CultureInfo.InvariantCulture);
            return new Stat((int)Field(1), Field(11) + Field(12), Field(13) + Field(14), Field(19));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static double KilobytesOf(string file, string label)
    {
        try
        {
            var line = File.ReadLines(file).FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private sealed record Stat(int Parent, long Own, long EndedChildren, long StartTicks);
}
