using System.Globalization;
using Insp1r.Gateway.Proxy;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Insp1r.Gateway.Limits;

/// <summary>
/// A route whose request and answer are streams of lines, over links that may be very slow. Set by a route's metadata
/// (<c>"Streamed": "true"</c>); its size limit is the route's MaxRequestBodySize.
/// </summary>
internal sealed class StreamedUpload
{
    // Kestrel's own 240 bytes/s after 5 s cuts off an office on a satellite link that stalls for a minute; none at all would let anybody hold connections.
    private static readonly MinDataRate Slow = new(bytesPerSecond: 16, gracePeriod: TimeSpan.FromMinutes(2));

    public static readonly StreamedUpload Instance = new();

    public static void Allow(HttpContext context)
    {
        context.Features.Get<IHttpMinRequestBodyDataRateFeature>()?.MinDataRate = Slow;
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = Slow;
    }
}

/// <summary>Answers 413 before a service hears of a request that announces too much. (What is not announced is cut off while it is forwarded.)</summary>
internal sealed class BodyLimits(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.ContentLength is { } length)
        {
            var server = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
            var most = context.GetReverseProxyFeature().Route.Config.MaxRequestBodySize ?? server.MaxRequestBodySize;
            if (length > most)
            {
                // The server drops what still comes, for five seconds at most: a client that reads only after it has sent then sees the answer.
                server.MaxRequestBodySize = null;
                return TooLarge(context, most.Value);
            }
        }

        if (context.GetEndpoint()!.Metadata.GetMetadata<StreamedUpload>() is not null)
            StreamedUpload.Allow(context);
        return next(context);
    }

    // What a limit has above its whole mebibytes is for what frames a file: a form, or the chunks of a body.
    private static Task TooLarge(HttpContext context, long most) => GatewayErrors.TooLarge
        .ToProblem(string.Create(CultureInfo.InvariantCulture, $"At most {most >> 20} MiB here.")).ExecuteAsync(context);
}
