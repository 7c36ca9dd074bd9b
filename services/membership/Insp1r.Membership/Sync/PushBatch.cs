using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using Insp1r.Membership.Nodes;
using Insp1r.Messaging;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Idempotency;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Insp1r.Membership.Sync;

/// <summary>POST /sync/batches: a national system pushes its members, under its own ids.</summary>
internal static partial class PushBatch
{
    public const string Ndjson = "application/x-ndjson";
    private const int MaxLines = 1_000_000;
    private const int MaxJsonBody = SyncChunk.Size * SyncIntake.MaxLine;

    public sealed class Query
    {
        /// <summary>validate: what would become of each item, and nothing is written; commit (if not given): write it.</summary>
        public string? Mode { get; init; }

        /// <summary>true: all items or none (JSON only, so at most 500). false if not given: a bad item is rejected by itself.</summary>
        public bool? Atomic { get; init; }
    }

    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        [AsParameters] Query query, HttpContext http, Caller caller, ServiceDatabase database, NodeDirectory nodes, LogSignal signal,
        TimeProvider clock, ILogger<SyncBatch> logger, CancellationToken ct)
    {
        var contentType = http.Request.ContentType?.Split(';')[0].Trim();
        var isStream = string.Equals(contentType, Ndjson, StringComparison.OrdinalIgnoreCase);
        if (!isStream && !string.Equals(contentType, "application/json", StringComparison.OrdinalIgnoreCase))
            return CommonErrors.UnsupportedMediaType.ToProblem($"Send application/json with at most {SyncChunk.Size} items, or {Ndjson} with one on each line.");
        if (query.Mode is not (null or "validate" or "commit"))
            return QueryChecks.Refuse("mode", "unknown-word", "validate or commit.");
        if (query.Atomic == true && isStream)
            return QueryChecks.Refuse("atomic", "bad-value", "A stream is taken chunk by chunk; all or nothing goes with application/json only.");
        string? key = http.Request.Headers[IdempotencySchema.Header];
        if (key is not null && !IdempotencySchema.IsValid(key))
            return IdempotencyErrors.BadKey.ToProblem("The key is 1 to 200 visible ASCII characters.");

        var options = new SyncOptions(query.Mode is not "validate", query.Atomic ?? false, key, "sync");
        var intake = new SyncIntake(caller, nodes, hashed: options is { Commit: true, Key: not null }, clock.GetUtcNow());
        await using var batch = new SyncBatch(database, signal, clock, logger, caller, options);
        try
        {
            return isStream ? await StreamAsync(http, batch, intake, options, logger, ct) : await TakeJsonAsync(http, batch, intake, options, ct);
        }
        finally
        {
            await batch.CloseAsync();
        }
    }

    // ---- application/json: one chunk ----

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> TakeJsonAsync(
        HttpContext http, SyncBatch batch, SyncIntake intake, SyncOptions options, CancellationToken ct)
    {
        SlowLink.Allow(http, MaxJsonBody);
        var body = await ReadWholeAsync(http.Request.BodyReader, ct);
        var unreadable = ReadItems(body, intake, out var full);
        http.Request.BodyReader.AdvanceTo(body.End);
        if (unreadable is not null)
            return unreadable;

        var (results, counts) = (Array.Empty<byte>(), default(SyncCounts));
        if ((full ?? intake.End()) is { } chunk)
        {
            // One JSON body is one chunk, full or not.
            chunk.IsKnownLast = true;
            await intake.CheckNodesAsync(chunk, ct);
            (results, var refusal) = await batch.RunAsync(chunk, ct);
            if (refusal is not null && results.Length > 0)
                return Explain(refusal, results, batch.Counts);
            if (refusal is not null)
                return Refuse(http, refusal);
            counts = batch.Counts;
            await batch.CloseAsync();
        }

        if (batch.IsReplay)
            http.Response.Headers["Idempotent-Replayed"] = "true";
        await WriteJsonAsync(http.Response, results, SyncResults.WriteSummary(options.Commit, counts), ct);
        return TypedResults.Empty;
    }

    private static async Task<ReadOnlySequence<byte>> ReadWholeAsync(PipeReader body, CancellationToken ct)
    {
        while (true)
        {
            var read = await body.ReadAsync(ct);
            if (read.IsCompleted)
                return read.Buffer;
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>{"items": [...]}: what is wrong with the frame fails the batch, what is wrong with an item fails the item.</summary>
    private static ProblemHttpResult? ReadItems(ReadOnlySequence<byte> body, SyncIntake intake, out SyncChunk? full)
    {
        full = null;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return BadFrame("", "wrong-type", "The body is a JSON object with 'items'.");
            var number = -1;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals("items"u8))
                    return BadFrame("", "unknown-member", "The body has one member: items.");
                if (number >= 0)
                    return BadFrame("/items", "repeated", "The body has one member: items.");
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartArray)
                    return BadFrame("/items", "wrong-type", "A list of items is expected.");

                number = 0;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (++number > SyncChunk.Size)
                        return SyncErrors.TooManyItems.ToProblem($"A JSON batch has at most {SyncChunk.Size} items; send more as {Ndjson}.", [new FieldError("/items", "too-many", $"At most {SyncChunk.Size}")]);
                    full = TakeItem(body, ref reader, number, intake);
                }
            }

            while (reader.Read())
            {
                // What follows the object is an error that the reader throws.
            }

            return number >= 0 ? null : BadFrame("/items", "required", "A list of items is expected.");
        }
        catch (JsonException e)
        {
            return BadFrame("", "bad-json", $"Not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine}.");
        }
    }

    private static SyncChunk? TakeItem(ReadOnlySequence<byte> body, ref Utf8JsonReader reader, int number, SyncIntake intake)
    {
        var start = reader.TokenStartIndex;
        reader.Skip();
        var item = body.Slice(start, reader.BytesConsumed - start);
        if (item.Length > SyncIntake.MaxLine)
            return intake.TakeTooLong(number);
        return item.IsSingleSegment ? intake.Take(number, item.FirstSpan) : intake.Take(number, item.ToArray());
    }

    private static ProblemHttpResult BadFrame(string pointer, string code, string detail) =>
        CommonErrors.BadRequest.ToProblem("The body is not the JSON that is expected here.", [new FieldError(pointer, code, detail)]);

    private static ProblemHttpResult Explain(ProblemHttpResult refusal, byte[] results, in SyncCounts counts)
    {
        using var lines = JsonDocument.Parse(AsArray(results));
        using var summary = JsonDocument.Parse(SyncResults.WriteSummary(committed: false, counts));
        refusal.ProblemDetails.Extensions["results"] = lines.RootElement.Clone();
        refusal.ProblemDetails.Extensions["summary"] = summary.RootElement.GetProperty("summary").Clone();
        return refusal;
    }

    private static async Task WriteJsonAsync(HttpResponse response, byte[] results, byte[] summary, CancellationToken ct)
    {
        response.ContentType = "application/json; charset=utf-8";
        await response.BodyWriter.WriteAsync("{\"results\":"u8.ToArray(), ct);
        await response.BodyWriter.WriteAsync(AsArray(results), ct);
        await response.BodyWriter.WriteAsync(","u8.ToArray(), ct);
        await response.BodyWriter.WriteAsync(summary.AsMemory(1), ct);
    }

    private static byte[] AsArray(byte[] lines)
    {
        if (lines.Length == 0)
            return "[]"u8.ToArray();
        // Each line ends with a line feed, and none has one inside.
        var array = new byte[lines.Length + 1];
        array[0] = (byte)'[';
        lines.AsSpan().Replace(array.AsSpan(1), (byte)'\n', (byte)',');
        array[^1] = (byte)']';
        return array;
    }

    // ---- application/x-ndjson: streamed both ways ----

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> StreamAsync(
        HttpContext http, SyncBatch batch, SyncIntake intake, SyncOptions options, ILogger logger, CancellationToken ct)
    {
        SlowLink.Allow(http, null);
        // The next chunk is read and parsed while the database merges this one; no more than that waits in memory.
        var chunks = Channel.CreateBounded<SyncChunk>(new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadChunksAsync(http.Request.BodyReader, intake, chunks.Writer, stop.Token);
        await using var answer = new SyncAnswer(http);
        try
        {
            await foreach (var chunk in chunks.Reader.ReadAllAsync(ct))
            {
                await intake.CheckNodesAsync(chunk, ct);
                var (results, refusal) = await batch.RunAsync(chunk, ct);
                if (refusal is not null)
                    return await answer.EndAsync(refusal);
                if (batch.IsReplay && !answer.HasBegun)
                    http.Response.Headers["Idempotent-Replayed"] = "true";
                answer.Add(results);
            }

            if (await reading is { } broken)
                return await answer.EndAsync(broken);
            if (await batch.RefusesEndAsync(ct) is { } longer)
                return await answer.EndAsync(longer);
            await batch.CloseAsync();
            answer.Add(SyncResults.WriteSummary(options.Commit, batch.Counts));
            return await answer.EndAsync(null);
        }
        catch (Exception e) when (answer.HasBegun && !ct.IsCancellationRequested)
        {
            // The status is sent: the last line says what happened.
            Log.BrokenOff(logger, e);
            return await answer.EndAsync(ProblemOf(e));
        }
        finally
        {
            await stop.CancelAsync();
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Cuts the body into lines and these into chunks. Null at the end, or why the rest cannot be taken.</summary>
    private static async Task<ProblemHttpResult?> ReadChunksAsync(PipeReader body, SyncIntake intake, ChannelWriter<SyncChunk> chunks, CancellationToken ct)
    {
        try
        {
            var lines = new SyncLines(intake);
            while (true)
            {
                var read = await body.ReadAsync(ct);
                var rest = read.Buffer;
                try
                {
                    while (lines.TakeFrom(ref rest, read.IsCompleted) is { } full)
                        await chunks.WriteAsync(full, ct);
                }
                finally
                {
                    body.AdvanceTo(rest.Start, rest.End);
                }

                if (lines.Count > MaxLines)
                    return SyncErrors.TooManyItems.ToProblem($"A batch has at most {MaxLines} lines. What came before line {MaxLines + 1} was taken.");
                if (read.IsCompleted)
                    break;
            }

            if (intake.End() is { } last)
                await chunks.WriteAsync(last, ct);
            return null;
        }
        catch (Exception e)
        {
            chunks.Complete(e);
            throw;
        }
        finally
        {
            chunks.TryComplete();
        }
    }

    private static ProblemHttpResult ProblemOf(Exception exception) => exception switch
    {
        BadHttpRequestException bad => new Error(bad.StatusCode, "bad-request", "The request cannot be read").ToProblem(bad.Message),
        NpgsqlException { IsTransient: true } or TimeoutException => CommonErrors.Unavailable.ToProblem(
            "The database did not answer. The results above stand; send the same body with the same Idempotency-Key to go on."),
        _ => CommonErrors.Internal.ToProblem("The failure was recorded. The results above stand. Quote the trace id when you report it."),
    };

    private static ProblemHttpResult Refuse(HttpContext http, ProblemHttpResult refusal)
    {
        if (refusal.StatusCode == StatusCodes.Status409Conflict)
            http.Response.Headers.RetryAfter = "1";
        return refusal;
    }

    private static partial class Log
    {
        [LoggerMessage(302, LogLevel.Error, "A sync batch broke off after its first results")]
        public static partial void BrokenOff(ILogger logger, Exception exception);
    }
}
