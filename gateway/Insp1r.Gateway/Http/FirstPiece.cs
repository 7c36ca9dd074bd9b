using Microsoft.AspNetCore.Http.Features;

namespace Insp1r.Gateway.Http;

/// <summary>
/// Services send most single resources without a Content-Length. The first piece of such an answer is nearly always the whole of
/// it, so its length tells whether compressing is worth it. Only placed where a client accepts compression at all.
/// </summary>
internal sealed class FirstPiece
{
    public int? Length { get; private set; }

    public static void Watch(HttpContext context)
    {
        if (context.Request.Headers.AcceptEncoding.Count == 0)
            return;

        var piece = new FirstPiece();
        context.Features.Set(piece);
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new Watched(body.Stream, piece), body));
    }

    private sealed class Watched(Stream inner, FirstPiece piece) : ByteStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            piece.Length ??= buffer.Length;
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    }
}
