namespace Insp1r.Gateway.Http;

/// <summary>
/// What a browser must not do with our answers. Written when the answer starts: errors clear the headers that were set before,
/// and a service's own word on these is replaced, except for a policy or cache rule that it chose.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(Write, context);
        return next(context);
    }

    private static Task Write(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.Server = default;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
        // Without a rule a browser may keep an answer and show it to the next person at that desk.
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "private, no-cache";
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000";
        return Task.CompletedTask;
    }
}
