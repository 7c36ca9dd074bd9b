using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Insp1r.Gateway.Proxy;

/// <summary>
/// Which replicas of a service answer. Where there are several, each is probed every two seconds: one that does not answer within a
/// second (dead, or alive and hanging) gets no requests until it answers again. If none answers, all are tried.
/// </summary>
internal sealed class Replicas(IDestinationHealthUpdater health) : IActiveHealthCheckPolicy
{
    private const string PolicyName = "Answers";
    private static readonly TimeSpan LeftOut = TimeSpan.FromSeconds(5);

    private static readonly HealthCheckConfig Probed = new()
    {
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        Active = new ActiveHealthCheckConfig
        {
            Enabled = true,
            Policy = PolicyName,
            Path = "/health/live",
            Interval = TimeSpan.FromSeconds(2),
            Timeout = TimeSpan.FromSeconds(1),
        },
        Passive = new PassiveHealthCheckConfig { Enabled = true },
    };

    private readonly ConditionalWeakTable<DestinationState, CancellationTokenSource> _silences = [];

    public string Name => PolicyName;

    /// <summary>Is cancelled as soon as this replica is known not to answer.</summary>
    public CancellationToken Silence(DestinationState replica) => _silences.GetOrCreateValue(replica).Token;

    /// <summary>A request could not even reach it: it is left out at once, without waiting for the next probe.</summary>
    public void NotReached(ClusterState cluster, DestinationState replica) =>
        health.SetPassive(cluster, replica, DestinationHealth.Unhealthy, LeftOut);

    public static bool Answers(DestinationState replica) =>
        replica.Health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy };

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        health.SetActive(cluster, probingResults.Select(probe => new NewActiveDestinationHealth(
            probe.Destination, probe.Response is null ? DestinationHealth.Unhealthy : DestinationHealth.Healthy)));
        foreach (var probe in probingResults)
        {
            if (probe.Response is null && _silences.TryGetValue(probe.Destination, out var silence) && _silences.Remove(probe.Destination))
                silence.Cancel();
        }
    }

    /// <summary>Has the clusters of several replicas probed. A single one has nobody to take its place.</summary>
    internal sealed class Filter : IProxyConfigFilter
    {
        public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) =>
            new(cluster.Destinations?.Count > 1 ? cluster with { HealthCheck = Probed } : cluster);

        public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
            new(route);
    }
}
