using System.Diagnostics;
using System.Diagnostics.Metrics;
using Insp1r.ServiceDefaults.Telemetry;

namespace Insp1r.Messaging;

/// <summary>What the log and its readers measure, under the field's names.</summary>
internal static class MessagingMetrics
{
    public static readonly ActivitySource Activities = new(TelemetryExtensions.Own);
    private static readonly Meter Meter = new(TelemetryExtensions.Own);

    public static readonly Counter<long> Published = Meter.CreateCounter<long>("changelog.published", "{row}", "Rows confirmed by the broker, by type and outcome");
    public static readonly Counter<long> Dead = Meter.CreateCounter<long>("changelog.dead", "{row}", "Rows that could not be published");
    public static readonly Gauge<long> RelayLagRows = Meter.CreateGauge<long>("changelog.relay.lag", "{row}", "Committed rows that the relay has not sent");
    public static readonly Gauge<double> RelayLagSeconds = Meter.CreateGauge<double>("changelog.relay.lag.age", "s", "Age of the oldest of them");
    public static readonly Gauge<double> HorizonAge = Meter.CreateGauge<double>("changelog.horizon_age", "s", "Age of the oldest writing transaction on the server; it holds every reader back");
    public static readonly Histogram<double> ConsumerDuration = Meter.CreateHistogram<double>("consumer.duration", "s", "Time to apply what a consumer received");
    public static readonly Counter<long> Duplicates = Meter.CreateCounter<long>("consumer.duplicates", "{event}", "Events that had been handled before");
    public static readonly Counter<long> Removed = Meter.CreateCounter<long>("retention.removed", "{row}", "What had had its time and was removed, by class");
    public static readonly Gauge<double> PastItsTime = Meter.CreateGauge<double>("retention.overdue", "s", "How long the oldest that is left is past its time, by class");
    public static readonly Counter<long> Stale = Meter.CreateCounter<long>("consumer.stale", "{event}", "Events older than the replica");
}
