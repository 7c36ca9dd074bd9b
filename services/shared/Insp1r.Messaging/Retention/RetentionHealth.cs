using Insp1r.Messaging.Relay;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Insp1r.Messaging.Retention;

/// <summary>What the last run of this process found.</summary>
internal sealed class RetentionState
{
    /// <summary>The classes that hold something longer than their rule says, by more than a week.</summary>
    public IReadOnlyList<string> Overdue { get; set; } = [];
}

/// <summary>Data kept for too long is a breach of a promise and no reason to refuse requests. The replica that applies the rules knows.</summary>
internal sealed class RetentionHealth(RetentionState state, RelayState relay) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(relay.IsActive && state.Overdue.Count > 0
            ? HealthCheckResult.Degraded($"Kept for too long: {string.Join(", ", state.Overdue)}.")
            : HealthCheckResult.Healthy());
}
