using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>Keeps what each resource prints in <c>logs/NAME.log</c>, and shows its warnings in the terminal.</summary>
internal sealed class LogFiles(DistributedApplicationModel model, ResourceLoggerService loggers, Installation installation, ConsoleOutput console) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        from resource in model.Resources where resource.Annotations.OfType<Care>().Any() select WriteAsync(resource, stoppingToken));

    private async Task WriteAsync(IResource resource, CancellationToken ct)
    {
        using var log = new LogFile(installation.State, resource.Name);
        try
        {
            await foreach (var batch in loggers.WatchAsync(resource).WithCancellation(ct))
            {
                foreach (var line in batch)
                {
                    log.Write(line.Content);
                    console.Log(resource.Name, WithoutTime(line.Content));
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }

    // The orchestrator puts the time in front of each line; the terminal has its own.
    private static string WithoutTime(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space > 20 && line[space - 1] == 'Z' && char.IsAsciiDigit(line[0]) ? line[(space + 1)..] : line;
    }
}
