using Insp1r.Gateway.Document;

namespace Insp1r.Gateway.Pages;

/// <summary>The address itself: what is here, for a person or a program.</summary>
internal static class IndexPage
{
    private static readonly (string Name, string Path, string What)[] Entries =
    [
        ("docs", DocsPage.Path, "The API to read and to try"),
        ("openapi", DocumentEndpoint.Path, "The API as an OpenAPI 3.1 document"),
        ("problems", ProblemPages.Path, "What each error means and what to do"),
        ("discovery", "/.well-known/openid-configuration", "Where and how a client gets its access token"),
        ("health", "/health/ready", "Whether the gateway takes requests"),
    ];

    public static void MapIndexPage(this IEndpointRouteBuilder app) => app.MapGet("/", Handle).AllowAnonymous().ExcludeFromDescription();

    private static IResult Handle(HttpContext context)
    {
        if (!Html.IsWanted(context))
            return TypedResults.Ok(new { Name = "INSP!R", Links = Entries.ToDictionary(entry => entry.Name, entry => entry.Path, StringComparer.Ordinal) });

        var rows = string.Concat(Entries.Select(entry => $"<tr><td><a href=\"{entry.Path}\">{entry.Path}</a></td><td>{Html.Text(entry.What)}</td></tr>"));
        return Html.Page(context, "INSP!R", $"<table>{rows}</table>");
    }
}
