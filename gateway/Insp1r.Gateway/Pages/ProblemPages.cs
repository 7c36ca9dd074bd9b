using System.Text.Json;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Gateway.Pages;

/// <summary>A stable problem type: what it means for a client's author, and what to do.</summary>
internal sealed record ProblemType(string Name, int Status, string Meaning, string Remedy);

/// <summary>The type of every problem is a link to here. The table is problems.json; a test holds it against the sources.</summary>
internal static class ProblemPages
{
    public const string Path = "/problems";

    public static readonly IReadOnlyList<ProblemType> All = Read();

    public static void MapProblemPages(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, List).AllowAnonymous().ExcludeFromDescription();
        app.MapGet(Path + "/{name}", Explain).AllowAnonymous().ExcludeFromDescription();
    }

    private static IResult List(HttpContext context) => Html.IsWanted(context)
        ? Html.Page(context, "Problems", $"<table><tr><th>Type</th><th>Status</th><th>Meaning</th></tr>{string.Concat(All.Select(Row))}</table>")
        : TypedResults.Ok(new { Items = All });

    private static IResult Explain(string name, HttpContext context)
    {
        if (All.FirstOrDefault(type => type.Name == name) is not { } found)
            return CommonErrors.NotFound.ToProblem("There is no problem type of this name.");

        return Html.IsWanted(context)
            ? Html.Page(context, found.Name, $"<p>Status {found.Status}</p><p>{Html.Text(found.Meaning)}</p><p><strong>What to do:</strong> {Html.Text(found.Remedy)}</p><p><a href=\"{Path}\">All problems</a></p>")
            : TypedResults.Ok(found);
    }

    private static string Row(ProblemType type) =>
        $"<tr><td><a href=\"{Path}/{type.Name}\"><code>{type.Name}</code></a></td><td>{type.Status}</td><td>{Html.Text(type.Meaning)}</td></tr>";

    private static ProblemType[] Read()
    {
        using var table = typeof(ProblemPages).Assembly.GetManifestResourceStream("problems.json")!;
        return [.. JsonSerializer.Deserialize<ProblemType[]>(table, JsonDefaults.Options)!.OrderBy(type => type.Name, StringComparer.Ordinal)];
    }
}
