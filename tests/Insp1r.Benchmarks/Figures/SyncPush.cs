using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>A national system's file of members, and its way through the gateway: streamed, with a result for each line.</summary>
internal static class SyncPush
{
    private const string Path = "/api/v1/sync/batches";

    /// <summary>What came of a push, as its last line says, and how long it took from the first byte to that line.</summary>
    public sealed record Result(TimeSpan Elapsed, int Created, int Updated, int Unchanged, int Rejected)
    {
        public double RowsPerSecond => (Created + Updated + Unchanged + Rejected) / Elapsed.TotalSeconds;
    }

    /// <summary>A file of organisations with the ids <c>NAMESPACE:1</c> and so on; with <paramref name="badEach"/>, every so many lines one lacks its name.</summary>
    public static async Task<string> WriteFileAsync(string folder, string ns, int rows, string edition, int? badEach, CancellationToken ct)
    {
        var file = System.IO.Path.Combine(folder, $"{ns}-{edition}.ndjson");
        await using var writer = new StreamWriter(file);
        for (var n = 1; n <= rows; n++)
        {
            ct.ThrowIfCancellationRequested();
            var name = n % badEach == 0 ? "null" : string.Create(CultureInfo.InvariantCulture, $"\"Cooperative {n} of {ns}, {edition} edition\"");
            await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $$"""
                {"type":"organisation","externalId":"{{ns}}:{{n}}","node":"{{Organisations.Node}}","name":{{name}},"names":{"fr":"Coopérative {{n}}"},"acronym":"C{{n}}","country":"RW","types":["cooperative","womens-organisation"],"website":"https://example.org/{{n}}"}
                """));
        }

        return file;
    }

    public static async Task<Result> SendAsync(Platform platform, string file, CancellationToken ct)
    {
        await using var body = File.OpenRead(file);
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StreamContent(body, 64 * 1024) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        var start = Stopwatch.GetTimestamp();
        using var response = await platform.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"POST {Path} answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(ct)}");

        var (lines, last) = await ReadLinesAsync(await response.Content.ReadAsStreamAsync(ct), ct);
        var elapsed = Stopwatch.GetElapsedTime(start);
        using var json = JsonDocument.Parse(last);
        if (!json.RootElement.TryGetProperty("summary", out var summary))
            throw new InvalidOperationException($"The batch ended with {System.Text.Encoding.UTF8.GetString(last)}");
        int Count(string name) => summary.GetProperty(name).GetInt32();
        if (lines != Count("items") + 1)
            throw new InvalidOperationException($"There are {lines - 1} results for {Count("items")} items.");
        return new Result(elapsed, Count("created"), Count("updated"), Count("unchanged"), Count("rejected"));
    }

    // A hundred thousand results are counted and not kept; the last line is the summary.
    private static async Task<(int Lines, byte[] Last)> ReadLinesAsync(Stream stream, CancellationToken ct)
    {
        var lines = 0;
        var line = new ArrayBufferWriter<byte>();
        byte[] last = [];
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, ct)) > 0)
        {
            var rest = buffer.AsMemory(0, read);
            lines += rest.Span.Count((byte)'\n');
            var end = rest.Span.LastIndexOf((byte)'\n');
            if (end >= 0)
            {
                line.Write(rest.Span[..end]);
                last = line.WrittenSpan[(line.WrittenSpan.LastIndexOf((byte)'\n') + 1)..].ToArray();
                line.ResetWrittenCount();
            }

            line.Write(rest.Span[(end + 1)..]);
        }

        return (lines, last);
    }
}
