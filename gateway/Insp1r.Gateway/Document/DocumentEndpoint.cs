using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Gateway.Document;

internal static class DocumentEndpoint
{
    public const string Path = "/openapi/v1.json";

    public static void AddPlatformDocument(this IServiceCollection services)
    {
        services.AddSingleton<RouteTable>();
        services.AddSingleton<PlatformDocument>();
        services.AddHostedService(provider => provider.GetRequiredService<PlatformDocument>());
        services.AddHttpClient(PlatformDocument.Client, http =>
        {
            http.Timeout = TimeSpan.FromSeconds(10);
            http.MaxResponseContentBufferSize = 16 << 20;
        }).RemoveAllLoggers();
    }

    public static void MapPlatformDocument(this IEndpointRouteBuilder app) => app.MapGet(Path, Handle).AllowAnonymous().ExcludeFromDescription();

    // The file result answers If-None-Match with 304.
    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Handle(PlatformDocument document, HttpContext context, CancellationToken ct)
    {
        if (await document.ReadAsync(ct) is { } served)
            return TypedResults.Bytes(served.Bytes, "application/json; charset=utf-8", entityTag: served.Tag);

        context.Response.Headers.RetryAfter = "2";
        return CommonErrors.Unavailable.ToProblem("No service has described itself yet; try again in a moment.");
    }
}
