using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Insp1r.Gateway.Http;
using Yarp.ReverseProxy.Forwarder;

namespace Insp1r.Gateway.Proxy;

/// <summary>
/// Lets an answer come back while its request is still being sent. HttpClient sends an HTTP/1.1 body to the end before it reads
/// the first byte of the answer; a service that answers line by line would then stop at full buffers, and both would wait for ever.
/// (HTTP/2 has no such order, but without TLS a service cannot offer it beside HTTP/1.1 on one port.)
/// <para>
/// So HttpClient is given a body that ends at once, on a connection of its own that lets the head of the request through, drops
/// that empty body, and sends the real one beside the reading of the answer. HttpClient goes on to do all the rest.
/// </para>
/// </summary>
internal sealed class DuplexHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly ReverseProxyPropagator Propagator = new(DistributedContextPropagator.Current);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not { } body || request.RequestUri!.Scheme != Uri.UriSchemeHttp)
            return await base.SendAsync(request, cancellationToken);

        request.Content = new SentBeside(body);
        request.Headers.ConnectionClose = true;
        // The gateway's server asks its client to continue as soon as the body is read here.
        request.Headers.ExpectContinue = null;

        // One handler for one request: a shared one might give the connection to another request. Nothing outlives its connection.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = Propagator,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(context.DnsEndPoint, ct);
                    return new Wire(new NetworkStream(socket, ownsSocket: true), body, cancellationToken);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return await new HttpMessageInvoker(handler, disposeHandler: false).SendAsync(request, cancellationToken);
    }

    /// <summary>Has the headers of the real body and nothing in it; without a length, so that chunks are announced.</summary>
    private sealed class SentBeside : HttpContent
    {
        public SentBeside(HttpContent body)
        {
            foreach (var (name, values) in body.Headers.NonValidated)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                    Headers.TryAddWithoutValidation(name, values);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>The connection as HttpClient sees it.</summary>
    private sealed class Wire(NetworkStream network, HttpContent body, CancellationToken requestEnded) : ByteStream
    {
        private static readonly byte[] BlankLine = "\r\n\r\n"u8.ToArray();
        private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();
        private int _seenOfBlankLine;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => network.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_seenOfBlankLine == BlankLine.Length)
                return;

            await network.WriteAsync(buffer[..LengthOfHead(buffer.Span)], cancellationToken);
            if (_seenOfBlankLine == BlankLine.Length)
                _ = SendBodyAsync();
        }

        private int LengthOfHead(ReadOnlySpan<byte> bytes)
        {
            for (var i = 0; i < bytes.Length; i++)
            {
                _seenOfBlankLine = bytes[i] == BlankLine[_seenOfBlankLine] ? _seenOfBlankLine + 1 : bytes[i] == '\r' ? 1 : 0;
                if (_seenOfBlankLine == BlankLine.Length)
                    return i + 1;
            }

            return bytes.Length;
        }

        private async Task SendBodyAsync()
        {
            try
            {
                await body.CopyToAsync(new Chunks(network), requestEnded);
                await network.WriteAsync(LastChunk, requestEnded);
            }
            catch (Exception)
            {
                // The forwarder knows what went wrong with the body. Here it matters that the service sees a broken connection
                // and never takes half a body for a whole one; closing also ends the reading of the answer.
                network.Dispose();
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                network.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Writes what it is given as chunks, each with its frame in one packet.</summary>
    private sealed class Chunks(NetworkStream network) : ByteStream
    {
        private const int Frame = 12;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // A chunk of no bytes would mean the end.
            if (buffer.IsEmpty)
                return;

            var framed = ArrayPool<byte>.Shared.Rent(buffer.Length + Frame);
            try
            {
                Utf8Formatter.TryFormat(buffer.Length, framed, out var at, new StandardFormat('x'));
                "\r\n"u8.CopyTo(framed.AsSpan(at));
                buffer.Span.CopyTo(framed.AsSpan(at + 2));
                "\r\n"u8.CopyTo(framed.AsSpan(at + 2 + buffer.Length));
                await network.WriteAsync(framed.AsMemory(0, at + buffer.Length + 4), cancellationToken);
            }
            catch (Exception)
            {
                // Part of a chunk may be out: nothing that is sent after it could be read rightly.
                network.Dispose();
                throw;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(framed);
            }
        }
    }
}
