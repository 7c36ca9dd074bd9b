using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>Says that the disk fills up before the broker refuses messages and the databases stop.</summary>
internal sealed class DiskWatch(Prerequisites prerequisites, StatusFile status, ConsoleOutput console) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private string? _known;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                Look();
                await Task.Delay(_interval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    internal void Look()
    {
        var problem = prerequisites.DiskProblem();
        if ((problem is null) == (_known is null))
            return;

        _known = problem;
        status.Warn(problem is null ? null : $"{problem} Make room on it; nothing needs a restart then.");
        console.Problem("disk", problem ?? "has room again");
    }
}
