using System.Diagnostics;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Telemetry;

/// <summary>What a collector receives.</summary>
public sealed class TraceTests(Platform platform)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Trace_RunsFromTheGatewayThroughTheRelayToTheConsumersOfOtherServices()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var (trace, parent) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());

        (await platform.Stack.As("mali").PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, "Traced"), Ct, ("traceparent", $"00-{trace}-{parent}-01"))).Expect(201);
        // From each consumer back, parent by parent, to the request as it came: one chain and not only one id. Each service sends its spans when it likes.
        List<Span> chain = [];
        foreach (var consumer in (string[])["communications", "advocacy"])
        {
            await Until.TrueAsync(
                () =>
                {
                    chain = ChainOf([.. platform.Telemetry.Spans.Where(span => span.TraceId == trace)], consumer);
                    return chain is [.., { Service: "gateway" } first] && first.ParentId == parent;
                },
                $"a chain of spans from the gateway to {consumer}", Ct);
        }

        Assert.Contains(chain, span => span is { Service: "membership", Name: "relay membership.organisation-registered.v1" });
        Assert.Contains(chain, span => span.Service == "membership" && span.Name.StartsWith("POST /api/v1/organisations", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_And_Logs_AreSentToo()
    {
        await Until.TrueAsync(() => platform.Telemetry.HasReceived("/v1/metrics") && platform.Telemetry.HasReceived("/v1/logs"), "metrics and logs arrived", Ct);
    }

    private static List<Span> ChainOf(List<Span> spans, string consumer)
    {
        var chain = new List<Span>();
        for (var current = spans.Find(span => span.Service == consumer && span.Name == $"consume {consumer}.organisations"); current is not null; current = spans.Find(span => span.SpanId == chain[^1].ParentId))
            chain.Add(current);
        return chain;
    }
}
