using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Insp1r.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs over OTLP, where OTEL_EXPORTER_OTLP_ENDPOINT says to whom; without it nothing is recorded.</summary>
public static class TelemetryExtensions
{
    /// <summary>The name under which the platform's own code traces and measures.</summary>
    public const string Own = "Insp1r";

    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        builder.Services.Configure<OpenTelemetryLoggerOptions>(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        builder.Services.AddOpenTelemetry()
            .WithLogging()
            .WithMetrics(metrics => metrics
                .AddMeter(Own, "System.Runtime", "MassTransit", "Yarp.ReverseProxy")
                .AddNpgsqlInstrumentation()
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation())
            .WithTracing(tracing => tracing
                .SetSampler(new ParentBasedSampler(new RequestsOnly()))
                .AddSource(Own, "MassTransit", "Yarp.ReverseProxy")
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
                .AddHttpClientInstrumentation()
                .AddNpgsql())
            .UseOtlpExporter();
    }

    /// <summary>
    /// A trace begins with a request. A query or a call that belongs to none is a poll (of the log by the relay, of the keys, of what is to
    /// be measured, sent or removed): thousands in a few minutes, between which nobody would find what a person did. The answer to such
    /// a call is no trace either, for the caller passes on that its own is not recorded. Of many requests a second a hundred are recorded: to
    /// record ten thousand would cost more than to answer them, and nobody reads them.
    /// </summary>
    private sealed class RequestsOnly : Sampler
    {
        private const int PerSecond = 100;
        private const int AtOnce = 5;
        private static readonly long Cost = Stopwatch.Frequency / PerSecond;

        private long _spentUntil;

        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == ActivityKind.Server && TryTake(Stopwatch.GetTimestamp()) ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);

        private bool TryTake(long now)
        {
            while (true)
            {
                var seen = Volatile.Read(ref _spentUntil);
                var spent = Math.Max(seen, now) + Cost;
                if (spent - now > Cost * AtOnce)
                    return false;
                if (Interlocked.CompareExchange(ref _spentUntil, spent, seen) == seen)
                    return true;
            }
        }
    }
}
