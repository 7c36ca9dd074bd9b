using Insp1r.Gateway.Document;

namespace Insp1r.Gateway.Pages;

/// <summary>/docs: the API to read and to try, from files inside this program.</summary>
internal static class DocsPage
{
    public const string Path = "/docs";

    // The page sets styles from its script and draws its icons from data addresses; code comes from us alone.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public static void UseDocsPage(this IApplicationBuilder app) => app.UseWhen(
        context => context.Request.Path.StartsWithSegments(Path, StringComparison.Ordinal),
        docs =>
        {
            docs.Use((context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
                return next(context);
            });
            docs.UseSwaggerUI(page =>
            {
                page.RoutePrefix = Path.TrimStart('/');
                page.DocumentTitle = "INSP!R API";
                page.SwaggerEndpoint(DocumentEndpoint.Path, "INSP!R API v1");
                page.OAuthAppName("INSP!R API");
                // Membership registers this app at its first start; a person signs in to it, with no secret in the browser.
                page.OAuthClientId("docs");
                page.OAuthUsePkce();
                page.DisplayRequestDuration();
                page.EnableDeepLinking();
                page.EnableFilter();
                page.DefaultModelsExpandDepth(-1);
            });
        });
}
