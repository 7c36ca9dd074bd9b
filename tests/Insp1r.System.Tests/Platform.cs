using Insp1r.System.Tests;
using Insp1r.System.Tests.Telemetry;
using Insp1r.Testing.Stack;

[assembly: AssemblyFixture(typeof(Platform))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.System.Tests;

/// <summary>The platform that all tests of this assembly share, with a receiver for its telemetry.</summary>
public sealed class Platform : IAsyncLifetime
{
    private PlatformStack? _stack;
    private OtlpReceiver? _telemetry;

    public PlatformStack Stack => _stack!;
    internal OtlpReceiver Telemetry => _telemetry!;

    public async ValueTask InitializeAsync()
    {
        _telemetry = await OtlpReceiver.StartAsync();
        _stack = await PlatformStack.StartAsync(
            new StackOptions("system")
            {
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _telemetry.Address,
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
                    ["OTEL_BSP_SCHEDULE_DELAY"] = "1000",
                    ["OTEL_BLRP_SCHEDULE_DELAY"] = "1000",
                    // One machine asks all at once here; that limits hold is shown by the gateway's own tests.
                    ["RateLimits__PerSecond"] = "100000",
                    ["RateLimits__Burst"] = "100000",
                    ["RateLimits__AnonymousPerSecond"] = "100000",
                    ["RateLimits__AnonymousBurst"] = "100000",
                    ["RateLimits__TokensPerSecond"] = "100000",
                    ["RateLimits__TokensBurst"] = "100000",
                },
            },
            TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
        if (_telemetry is not null)
            await _telemetry.DisposeAsync();
    }
}
