using System.Globalization;

namespace Insp1r.AppHost.Running;

/// <summary>Names the program that listens on a port, where the kernel lets us see it.</summary>
internal static class PortHolder
{
    private const string Listening = "0A";

    /// <returns>" (name, process 123)", or nothing.</returns>
    public static string Describe(int port)
    {
        try
        {
            var sockets = Sockets(port);
            var holder = Directory.EnumerateDirectories("/proc").FirstOrDefault(process => Holds(process, sockets));
            return holder is null ? "" : $" ({File.ReadAllText(Path.Combine(holder, "comm")).Trim()}, process {Path.GetFileName(holder)})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static HashSet<string> Sockets(int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return [.. from table in (string[])["/proc/net/tcp", "/proc/net/tcp6"]
                   from line in File.ReadLines(table).Skip(1)
                   let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                   where fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] == Listening
                   select $"socket:[{fields[9]}]"];
    }

    private static bool Holds(string process, HashSet<string> sockets)
    {
        try
        {
            return int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out _)
                && Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(fd => new FileInfo(fd).LinkTarget is { } target && sockets.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
