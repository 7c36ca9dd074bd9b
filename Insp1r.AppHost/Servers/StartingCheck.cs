using Insp1r.AppHost.Running;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Insp1r.AppHost.Servers;

/// <summary>
/// Aspire's health check of a process, which others wait for. It asks again within one check, a few times a second: between the checks of what is not
/// healthy yet Aspire itself waits up to 5 s, for which everybody else would wait too.
/// </summary>
internal sealed class StartingCheck(Func<CancellationToken, Task<Health>> probe) : IHealthCheck
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        var problem = "no answer";
        try
        {
            while (true)
            {
                try
                {
                    if ((await probe(limit.Token)).Problem is not { } found)
                        return HealthCheckResult.Healthy();
                    problem = found;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    problem = e.Message;
                }

                await Task.Delay(_pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy(problem);
        }
    }
}
