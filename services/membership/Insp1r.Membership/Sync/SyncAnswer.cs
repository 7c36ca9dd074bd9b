using System.Text.Json;
using System.Threading.Channels;
using Insp1r.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Sync;

/// <summary>
/// Sends results while the batch goes on, and never makes it wait: many clients send their whole body before they read a byte, and
/// would wait for us while we wait for them. What such a client has not read yet is kept compressed, some 10 kB for 500 items.
/// </summary>
internal sealed class SyncAnswer(HttpContext http) : IAsyncDisposable
{
    private const int KeptPlain = 4;

    private readonly Channel<(byte[] Lines, bool IsCompressed)> _waiting =
        Channel.CreateUnbounded<(byte[], bool)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private int _count;
    private Task? _sending;

    public bool HasBegun => _sending is not null;

    public void Add(byte[] lines)
    {
        if (_sending is null)
        {
            http.Response.ContentType = PushBatch.Ndjson;
            http.Response.Headers.CacheControl = "no-store";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            _sending = SendAsync(http.RequestAborted);
        }

        var isBehind = Interlocked.Increment(ref _count) > KeptPlain;
        _waiting.Writer.TryWrite(isBehind ? (SyncResults.Compress(lines), true) : (lines, false));
    }

    /// <summary>Ends the answer. A problem is the answer itself where nothing was sent, and else its last line.</summary>
    public async Task<Results<EmptyHttpResult, ProblemHttpResult>> EndAsync(ProblemHttpResult? problem)
    {
        if (problem is not null)
        {
            if (!HasBegun)
            {
                if (problem.StatusCode == StatusCodes.Status409Conflict)
                    http.Response.Headers.RetryAfter = "1";
                return problem;
            }

            Add([.. JsonSerializer.SerializeToUtf8Bytes(new { error = problem.ProblemDetails }, JsonDefaults.Options), (byte)'\n']);
        }

        _waiting.Writer.Complete();
        await _sending!;
        return TypedResults.Empty;
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        if (_sending is not null)
            await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task SendAsync(CancellationToken ct)
    {
        await foreach (var (lines, isCompressed) in _waiting.Reader.ReadAllAsync(ct))
        {
            Interlocked.Decrement(ref _count);
            await http.Response.Body.WriteAsync(isCompressed ? SyncResults.Decompress(lines) : lines, ct);
            await http.Response.Body.FlushAsync(ct);
        }
    }
}
