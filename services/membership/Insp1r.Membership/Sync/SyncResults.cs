using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Membership.Sync;

/// <summary>The results of a chunk as NDJSON, one line for each item; this is what is sent, and kept under an Idempotency-Key.</summary>
internal static class SyncResults
{
    private static readonly JsonEncodedText[] Words = [.. Enum.GetValues<SyncResult>().Select(result => JsonEncodedText.Encode(ServiceDefaults.Http.Words.Of(result)))];
    private static readonly JsonWriterOptions Options = new() { Encoder = JsonDefaults.Options.Encoder, SkipValidation = true };

    public static byte[] Write(SyncChunk chunk)
    {
        var buffer = new ArrayBufferWriter<byte>(chunk.Lines.Count * 160);
        using var json = new Utf8JsonWriter(buffer, Options);
        foreach (var line in chunk.Lines)
        {
            json.Reset();
            Write(json, line);
            json.Flush();
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] WriteSummary(bool committed, in SyncCounts counts)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteStartObject("summary"u8);
            json.WriteBoolean("committed"u8, committed);
            json.WriteNumber("items"u8, counts.Items);
            json.WriteNumber("created"u8, counts.Created);
            json.WriteNumber("updated"u8, counts.Updated);
            json.WriteNumber("unchanged"u8, counts.Unchanged);
            json.WriteNumber("conflict"u8, counts.Conflict);
            json.WriteNumber("rejected"u8, counts.Rejected);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Makes a tenth of it: results repeat themselves.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> bytes)
    {
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        return BrotliEncoder.TryCompress(bytes, compressed, out var written, quality: 1, window: 18)
            ? compressed[..written]
            : throw new InvalidOperationException("The buffer for compression was too small.");
    }

    public static byte[] Decompress(byte[] compressed)
    {
        using var source = new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var target = new MemoryStream();
        source.CopyTo(target);
        return target.ToArray();
    }

    private static void Write(Utf8JsonWriter json, SyncLine line)
    {
        json.WriteStartObject();
        json.WriteNumber("line"u8, line.Number);
        if (line.ExternalId is not null)
            json.WriteString("externalId"u8, line.ExternalId.Length > 200 ? line.ExternalId.AsSpan(0, 200) : line.ExternalId);
        json.WriteString("result"u8, Words[(int)line.Result]);
        if (line.Id != Guid.Empty)
            json.WriteString("id"u8, line.Id);
        if (line.Version > 0)
            json.WriteNumber("version"u8, line.Version);
        if (line.Errors.Any)
        {
            json.WriteStartArray("errors"u8);
            foreach (var error in line.Errors.Items)
            {
                json.WriteStartObject();
                json.WriteString("pointer"u8, error.Pointer);
                json.WriteString("code"u8, error.Code);
                json.WriteString("detail"u8, error.Detail);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
