using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace Insp1r.Gateway.Document;

/// <summary>The document as it is served: its bytes and the tag that changes with them.</summary>
internal sealed record ServedDocument(byte[] Bytes, EntityTagHeaderValue Tag);

/// <summary>
/// The one OpenAPI document, made from those of the services. The last good copy of each part is kept while its service is away;
/// a part that was never seen is named in <c>x-missing</c>.
/// </summary>
internal sealed partial class PlatformDocument(RouteTable routes, IHttpClientFactory clients, TimeProvider clock, ILogger<PlatformDocument> logger)
    : BackgroundService
{
    public const string Client = "openapi";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PeriodWhileMissing = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Output = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SemaphoreSlim _turn = new(1);
    private ImmutableSortedDictionary<string, byte[]> _parts = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);
    private volatile ServedDocument? _served;
    private long _refreshedAt = long.MinValue;

    private bool Complete => _parts.Count == routes.Services.Count;

    /// <summary>The document of what is known by now, or null while no service has answered yet.</summary>
    public async Task<ServedDocument?> ReadAsync(CancellationToken ct)
    {
        // Services that start beside the gateway need not wait for its next round.
        if (!Complete)
            await RefreshAsync(TimeSpan.FromMilliseconds(250), ct);
        return _served;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(TimeSpan.Zero, stoppingToken);
                await Task.Delay(Complete ? Period : PeriodWhileMissing, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task RefreshAsync(TimeSpan atLeastAgo, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_refreshedAt != long.MinValue && clock.GetElapsedTime(_refreshedAt) < atLeastAgo)
                return;

            var answers = await Task.WhenAll(routes.Services.Select(service => FetchAsync(service, ct)));
            var parts = _parts;
            foreach (var (service, bytes) in answers)
            {
                if (bytes is not null && !(parts.TryGetValue(service, out var known) && known.AsSpan().SequenceEqual(bytes)))
                    parts = parts.SetItem(service, bytes);
            }

            if (parts != _parts)
            {
                _served = Build(parts);
                _parts = parts;
            }

            _refreshedAt = clock.GetTimestamp();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<(string Service, byte[]? Bytes)> FetchAsync(string service, CancellationToken ct)
    {
        try
        {
            var bytes = await clients.CreateClient(Client).GetByteArrayAsync($"http://{service}/openapi/v1.json", ct);
            return JsonNode.Parse(bytes) is JsonObject document && document["paths"] is JsonObject ? (service, bytes) : throw new JsonException("It has no paths.");
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // While the services start this is normal, and a part once read stays in force.
            Log.PartNotRead(logger, service, e.Message);
            return (service, null);
        }
    }

    private ServedDocument Build(ImmutableSortedDictionary<string, byte[]> parts)
    {
        var merged = DocumentMerge.Merge([.. parts.Select(part => new Part(part.Key, JsonNode.Parse(part.Value)!.AsObject()))], routes.Leads);
        PlatformWide.Complete(merged, routes.Services.Except(parts.Keys, StringComparer.Ordinal));
        var bytes = JsonSerializer.SerializeToUtf8Bytes(merged, Output);
        return new ServedDocument(bytes, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\""));
    }

    private static partial class Log
    {
        [LoggerMessage(402, LogLevel.Debug, "The OpenAPI document of {Service} could not be read: {Reason}")]
        public static partial void PartNotRead(ILogger logger, string service, string reason);
    }
}
