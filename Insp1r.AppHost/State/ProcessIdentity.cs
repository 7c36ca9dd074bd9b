using System.Globalization;
using System.Runtime.InteropServices;

namespace Insp1r.Platform;

/// <summary>A process id alone may have been given to another process since: with its start time it names one process of this boot.</summary>
internal sealed record ProcessIdentity(int ProcessId, long StartTicks, string BootId)
{
    private static readonly Lazy<string> _bootId = new(() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim());

    public static ProcessIdentity? Find(int processId) =>
        ReadStart(processId) is { } ticks ? new ProcessIdentity(processId, ticks, _bootId.Value) : null;

    public bool IsAlive() => BootId == _bootId.Value && ReadStart(ProcessId) == StartTicks;

    /// <summary>Signals what is left of the group that this process leads; the id of a group is no other's while one member lives.</summary>
    public void SignalGroup(int signal) => _ = kill(-ProcessId, signal);

    public void Signal(int signal)
    {
        if (IsAlive())
            _ = kill(ProcessId, signal);
    }

    public async Task<bool> WaitForExitAsync(TimeSpan limit, CancellationToken ct)
    {
        var deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (IsAlive())
        {
            if (Environment.TickCount64 > deadline)
                return false;
            await Task.Delay(50, ct);
        }

        return true;
    }

    /// <summary>The process that a shell script runs as its only child; null for anything but a script.</summary>
    public ProcessIdentity? ChildOfScript()
    {
        try
        {
            return File.ReadAllText($"/proc/{ProcessId}/cmdline").TrimEnd('\0').EndsWith(".sh", StringComparison.Ordinal)
                && int.TryParse(File.ReadAllText($"/proc/{ProcessId}/task/{ProcessId}/children"), CultureInfo.InvariantCulture, out var child) ? Find(child) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long? ReadStart(int processId)
    {
        try
        {
            // The second field, the command's name, may hold spaces and brackets itself: count from its end.
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);
}

internal static class Signals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
}
