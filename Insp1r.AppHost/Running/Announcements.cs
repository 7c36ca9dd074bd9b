using Insp1r.Platform;
using Microsoft.Extensions.Hosting;

namespace Insp1r.AppHost.Running;

/// <summary>Tells when all is healthy, or that it will not be.</summary>
internal sealed class Announcements(Installation installation, StatusBoard board, StatusFile status, ConsoleOutput console, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        lifetime.ApplicationStopping.Register(() =>
        {
            console.OnlyEvents = true;
            console.Line("Stopping. The data stays.");
        });
        try
        {
            if (await FailureAsync(stoppingToken) is { } failure)
            {
                failure = StartUp.WithLogTail(failure, board.Resources, installation.State);
                console.Line(failure);

                // A script waits for success or failure; a person at the terminal may mend what is wrong while the rest runs.
                if (installation.IsDetached)
                {
                    status.Fail(failure);
                    lifetime.StopApplication();
                    return;
                }

                await board.UntilAsync(StartUp.IsComplete, stoppingToken);
            }

            status.Healthy();
            console.Show(Welcome.Text(status.Status));
            // Whoever has such a link has the account: it is shown to a person, and written to no log.
            if (!Console.IsOutputRedirected)
                console.Show(Welcome.Accounts(installation.State));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <returns>Why the platform has not started; null where it has.</returns>
    private async Task<string?> FailureAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_startLimit);
        try
        {
            await board.UntilAsync(resources => StartUp.IsComplete(resources) || StartUp.FindFailure(resources) is not null, limit.Token);
            return StartUp.FindFailure(board.Resources);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return StartUp.Unfinished(board.Resources, _startLimit);
        }
    }
}
