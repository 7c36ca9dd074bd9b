using System.Collections.Concurrent;
using System.Diagnostics;
using Insp1r.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Insp1r.ServiceDefaults.Tests;

/// <summary>What a service with the platform's defaults would send to a collector, and what it says of its health.</summary>
public sealed class TelemetryTests
{
    private static readonly ActivitySource Own = new(TelemetryExtensions.Own);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trace_OfARequest_HasItsWorkUnderOneRoot()
    {
        await using var service = await Service.StartAsync();

        await service.Client.GetStringAsync("/jobs/1", Ct);

        Assert.Equal(["work", "GET /jobs/{id}"], service.Spans.Select(span => span.DisplayName));
        Assert.Single(service.Spans, span => span.ParentId is null);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Trace_OfAProbe_IsNotMade(string path)
    {
        await using var service = await Service.StartAsync();

        using var response = await service.Client.GetAsync(path, Ct);

        Assert.Empty(service.Spans);
    }

    [Theory]
    [InlineData(ActivityKind.Client)]
    [InlineData(ActivityKind.Producer)]
    [InlineData(ActivityKind.Internal)]
    public async Task Trace_OfWorkThatNoRequestAskedFor_IsNotMade(ActivityKind kind)
    {
        await using var service = await Service.StartAsync();

        using (Own.StartActivity("poll", kind))
        {
        }

        Assert.Empty(service.Spans);
    }

    [Fact]
    public async Task Trace_OfAnotherServicesPoll_IsNotMadeHereEither()
    {
        await using var service = await Service.StartAsync();

        using var poll = new HttpRequestMessage(HttpMethod.Get, "/jobs/1");
        poll.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
        (await service.Client.SendAsync(poll, Ct)).Dispose();

        Assert.Empty(service.Spans);
    }

    [Fact]
    public async Task Trace_WhoseRequestIsElsewhere_GoesOnHere()
    {
        await using var service = await Service.StartAsync();
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true);

        using (Own.StartActivity("consume", ActivityKind.Consumer, parent))
        {
        }

        Assert.Equal(parent.TraceId, Assert.Single(service.Spans).TraceId);
    }

    [Theory]
    [InlineData(TelemetryExtensions.Own)]
    [InlineData("System.Runtime")]
    [InlineData("Npgsql")]
    [InlineData("MassTransit")]
    [InlineData("Yarp.ReverseProxy")]
    public async Task Metrics_OfTheMeter_AreSent(string name)
    {
        await using var service = await Service.StartAsync();
        using var meter = new System.Diagnostics.Metrics.Meter(name);

        meter.CreateCounter<int>("test.sent").Add(1);

        Assert.Contains((name, "test.sent"), service.MeasuredNow());
    }

    [Fact]
    public async Task Health_NotReadyForSeveralProbes_IsLoggedOnceAndInOneLine()
    {
        await using var service = await Service.StartAsync();

        for (var i = 0; i < 3; i++)
            (await service.Client.GetAsync("/health/ready", Ct)).Dispose();
        service.Broken = false;
        for (var i = 0; i < 3; i++)
            (await service.Client.GetAsync("/health/ready", Ct)).Dispose();

        Assert.Equal(
            ["Unhealthy: signing-keys (No public keys yet: tokens cannot be checked.), throwing (It threw.)", "Unhealthy: signing-keys (No public keys yet: tokens cannot be checked.)"],
            service.Lines);
    }

    /// <summary>A real service, with what its telemetry would send kept here.</summary>
    private sealed class Service : IAsyncDisposable
    {
        private readonly Collector _collector = new();
        private readonly Measurements _measurements = new();
        private readonly Lines _lines = new();
        private WebApplication _app = null!;

        public HttpClient Client { get; private set; } = null!;
        public bool Broken { get; set; } = true;
        public IReadOnlyList<string> Lines => [.. _lines.Seen];

        /// <summary>The spans of all requests that were answered.</summary>
        public IReadOnlyList<Activity> Spans
        {
            get
            {
                // The server ends a request's span after its answer has been read: stopping waits for that.
                _app.StopAsync(Ct).GetAwaiter().GetResult();
                return [.. _collector.Ended];
            }
        }

        public static async Task<Service> StartAsync()
        {
            var service = new Service();
            var builder = WebApplication.CreateBuilder();
            // Nobody listens there.
            builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9";
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders().AddProvider(service._lines);
            builder.AddServiceDefaults();
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(service._collector));
            builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddReader(new BaseExportingMetricReader(service._measurements)));
            builder.Services.AddHealthChecks().AddCheck("throwing", () => service.Broken ? throw new InvalidOperationException("It threw.") : HealthCheckResult.Healthy());
            service._app = builder.Build();
            service._app.UseServiceDefaults();
            service._app.MapGet("/jobs/{id}", () =>
            {
                using var work = Own.StartActivity("work");
                return "done";
            }).AllowAnonymous();
            await service._app.StartAsync(Ct);
            // As a client of another process, which says nothing of a trace unless the test does.
            service.Client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(service._app.Urls.First()) };
            return service;
        }

        public HashSet<(string Meter, string Name)> MeasuredNow()
        {
            _app.Services.GetRequiredService<MeterProvider>().ForceFlush(5_000);
            return _measurements.Names;
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await _app.DisposeAsync();
        }
    }

    private sealed class Collector : BaseProcessor<Activity>
    {
        public ConcurrentQueue<Activity> Ended { get; } = new();

        public override void OnEnd(Activity data)
        {
            if (data.Recorded)
                Ended.Enqueue(data);
        }
    }

    private sealed class Measurements : BaseExporter<Metric>
    {
        public HashSet<(string Meter, string Name)> Names { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
                Names.Add((metric.MeterName, metric.Name));
            return ExportResult.Success;
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public ILogger CreateLogger(string categoryName) =>
            categoryName.Contains("Health", StringComparison.Ordinal) ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Null(exception);
            Seen.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
