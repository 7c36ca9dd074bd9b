using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Faults;

internal static class Pause
{
    /// <summary>Does something while a process is frozen, and lets it go on afterwards whatever happened: frozen, it would not even end.</summary>
    public static async Task WhileAsync(int process, Func<Task> act)
    {
        Signals.Stop(process);
        try
        {
            await act();
        }
        finally
        {
            Signals.Continue(process);
        }
    }
}
