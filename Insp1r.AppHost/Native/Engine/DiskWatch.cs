using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>Says that the disk fills up before the broker refuses messages and the databases stop.</summary>
internal sealed class DiskWatch(StateFolder state, StatusReporter reporter, ConsoleOutput console)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken ct)
    {
        string? known = null;
        try
        {
            while (true)
            {
                var problem = Prerequisites.DiskProblem(state);
                if ((problem is null) != (known is null))
                {
                    known = problem;
                    reporter.Warn(problem is null ? null : $"{problem} Make room on it; nothing needs a restart then.");
                    console.Problem("disk", problem ?? "has room again");
                }

                await Task.Delay(_interval, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }
}
