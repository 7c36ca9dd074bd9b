using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Insp1r.Membership.Sync;

/// <summary>For what is long to send over a poor line.</summary>
internal static class SlowLink
{
    /// <summary>Of all requests, since a key's middleware reads them before their handlers: which are too slow for what they are, the gateway judges.</summary>
    public static void AllowSlowBodies(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(
        server => server.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 16, gracePeriod: TimeSpan.FromMinutes(2)));

    /// <param name="maxBody">The most bytes that a body may have, or null: any number.</param>
    public static void Allow(HttpContext http, long? maxBody)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = maxBody;
        // A client may first send all and then read all, or pause between two pages of its own database.
        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } answer)
            answer.MinDataRate = null;
    }
}
