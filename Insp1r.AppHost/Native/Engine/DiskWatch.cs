namespace Insp1r.NativeHosting;

/// <summary>Says that the disk fills up before the broker refuses messages and the databases stop.</summary>
internal sealed class DiskWatch(Prerequisites prerequisites, StatusReporter reporter, ConsoleOutput console)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private string? _known;

    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(_interval, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    internal void Look()
    {
        var problem = prerequisites.DiskProblem();
        if ((problem is null) == (_known is null))
            return;

        _known = problem;
        reporter.Warn(problem is null ? null : $"{problem} Make room on it; nothing needs a restart then.");
        console.Problem("disk", problem ?? "has room again");
    }
}
