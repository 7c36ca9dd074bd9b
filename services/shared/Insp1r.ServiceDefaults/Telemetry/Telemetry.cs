using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Insp1r.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs over OTLP, where OTEL_EXPORTER_OTLP_ENDPOINT says to whom; without it nothing is recorded.
/// Everything we use has sources and meters of its own, so no instrumentation package is needed (nor is one on every registry).
/// </summary>
internal static class TelemetryExtensions
{
    /// <summary>The name under which the platform's own code traces and measures.</summary>
    public const string Own = "Insp1r";

    private static readonly string[] Sources = [Own, "Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Yarp.ReverseProxy"];

    private static readonly string[] Meters =
    [
        Own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "System.Net.Http",
        "System.Runtime", "Npgsql", "MassTransit", "Yarp.ReverseProxy",
    ];

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
            return;

        // The server's spans then have the method and the status among their attributes, as the instrumentation package would add them.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
            logging.AddOtlpExporter();
        });
        builder.Services.AddHostedService<TelemetrySdk>();
    }

    /// <summary>Names the span of a request after its route: "POST /api/v1/organisations". To be used behind routing.</summary>
    public static void UseSpanNames(this IApplicationBuilder app) => app.Use(next => context =>
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity && context.GetEndpoint() is RouteEndpoint endpoint)
        {
            activity.DisplayName = $"{context.Request.Method} {endpoint.RoutePattern.RawText}";
            activity.SetTag("http.route", endpoint.RoutePattern.RawText);
        }

        return next(context);
    });

    /// <summary>OpenTelemetry.Extensions.Hosting would start the SDK with the host; this does, in its place.</summary>
    private sealed class TelemetrySdk : IHostedService
    {
        private OpenTelemetrySdk? _sdk;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _sdk = OpenTelemetrySdk.Create(sdk => sdk
                .WithTracing(tracing => tracing.AddSource(Sources).AddOtlpExporter())
                .WithMetrics(metrics => metrics.AddMeter(Meters).AddOtlpExporter()));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _sdk?.Dispose();
            return Task.CompletedTask;
        }
    }
}
