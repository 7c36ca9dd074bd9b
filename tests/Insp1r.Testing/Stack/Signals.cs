using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Insp1r.Testing.Stack;

/// <summary>Signals to a process of the stack, by its id.</summary>
public static class Signals
{
    public static void Kill(int processId) => Send(processId, 9);

    public static void Interrupt(int processId) => Send(processId, 2);

    public static void Terminate(int processId) => Send(processId, 15);

    /// <summary>Freezes the process where it is, until <see cref="Continue"/>. A stopped process keeps its connections and answers nothing.</summary>
    public static void Stop(int processId) => Send(processId, 19);

    public static void Continue(int processId) => Send(processId, 18);

    private static void Send(int processId, int signal)
    {
        // Zero and negative ids are groups of processes.
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 2);
        if (kill(processId, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);
}
