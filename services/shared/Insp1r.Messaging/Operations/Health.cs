using Insp1r.Messaging.Relay;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Insp1r.Messaging.Operations;

/// <summary>Without its database a service can do nothing.</summary>
internal sealed class DatabaseHealth(ServiceDatabase database, RelayState relay) : IHealthCheck
{
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(4);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // The relay has just asked it.
        if (relay.IsActive && relay.SinceTick < Recent)
            return HealthCheckResult.Healthy();

        try
        {
            await using var command = database.DataSource.CreateCommand("select 1");
            command.CommandTimeout = 3;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return HealthCheckResult.Unhealthy("The database does not answer.");
        }
    }
}

/// <summary>A relay that does not tick is worth a look, never a reason to refuse requests.</summary>
internal sealed class RelayHealth(RelayState state) : IHealthCheck
{
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(60);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state switch
        {
            { IsActive: true } when state.SinceTick > TooLong => HealthCheckResult.Degraded("The relay is stuck."),
            { IsActive: true } => HealthCheckResult.Healthy("active"),
            { IsStandby: true } => HealthCheckResult.Healthy("standby"),
            _ => HealthCheckResult.Degraded("The relay has no database connection."),
        });
}
