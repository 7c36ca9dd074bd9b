using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Insp1r.System.Tests.Telemetry;

/// <summary>A span as its service reported it. Ids are lower-case hexadecimal.</summary>
internal sealed record Span(string Service, string TraceId, string SpanId, string ParentId, string Name);

/// <summary>Takes OTLP over HTTP (protobuf), as a collector does, and keeps the spans.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Span> _spans = new();
    private readonly ConcurrentDictionary<string, long> _bytes = new(StringComparer.Ordinal);

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();
    public IReadOnlyCollection<Span> Spans => _spans;

    /// <summary>True once something arrived at this path: /v1/traces, /v1/metrics or /v1/logs.</summary>
    public bool HasReceived(string path) => _bytes.ContainsKey(path);

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.MapPost("/v1/{signal}", receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _bytes.AddOrUpdate(context.Request.Path, body.Length, (_, bytes) => bytes + body.Length);
        if (context.Request.Path == "/v1/traces")
            Read(body.ToArray());
        // An empty ExportTraceServiceResponse: all accepted.
        context.Response.ContentType = "application/x-protobuf";
    }

    // opentelemetry-proto, trace/v1/trace.proto: the field numbers below.
    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Protobuf.Fields(request, 1))
        {
            var service = Protobuf.Fields(resourceSpans, 1).SelectMany(resource => Protobuf.Fields(resource, 1))
                .Where(attribute => Protobuf.Text(attribute, 1) == "service.name")
                .SelectMany(attribute => Protobuf.Fields(attribute, 2))
                .Select(value => Protobuf.Text(value, 1))
                .FirstOrDefault("");
            foreach (var span in Protobuf.Fields(resourceSpans, 2).SelectMany(scope => Protobuf.Fields(scope, 2)))
                _spans.Enqueue(new Span(service, Protobuf.Hex(span, 1), Protobuf.Hex(span, 2), Protobuf.Hex(span, 4), Protobuf.Text(span, 5)));
        }
    }
}
