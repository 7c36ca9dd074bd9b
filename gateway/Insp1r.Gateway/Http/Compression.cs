using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;

namespace Insp1r.Gateway.Http;

/// <summary>
/// Brotli or gzip for clients that ask for it. The forwarder turns buffering off, so that each piece of a streamed answer is
/// flushed through the compressor as it comes: a line of a sync result or of a feed is never held back.
/// </summary>
internal static class Compression
{
    public static void AddCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(compression =>
        {
            // What makes this unsafe in a page (a secret beside reflected input, fetched with a cookie) is not in this API: it has no cookies.
            compression.EnableForHttps = true;
            compression.MimeTypes =
            [
                "application/json", "application/problem+json", "application/x-ndjson", "application/jwk-set+json",
                "text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml",
            ];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        services.AddSingleton<IResponseCompressionProvider, WorthwhileCompression>();
    }

    public static void UseCompression(this WebApplication app) => app.UseResponseCompression();

    /// <summary>Leaves small answers alone: they fit one packet either way, and a compressor costs more than the rest of the request.</summary>
    private sealed class WorthwhileCompression(IServiceProvider services, IOptions<ResponseCompressionOptions> options)
        : ResponseCompressionProvider(services, options)
    {
        private const int LeastBytes = 1_024;

        public override bool ShouldCompressResponse(HttpContext context)
        {
            var length = context.Response.ContentLength ?? (IsStream(context) ? null : context.Features.Get<FirstPiece>()?.Length);
            return length is null or >= LeastBytes && base.ShouldCompressResponse(context);
        }

        // Short lines, but many.
        private static bool IsStream(HttpContext context) => context.Response.ContentType?.StartsWith("application/x-ndjson", StringComparison.OrdinalIgnoreCase) == true;
    }
}
