namespace Insp1r.Gateway.Pages;

/// <summary>Whoever follows a link in a browser gets a page, where a program gets problem+json.</summary>
internal sealed class HtmlProblems : IProblemDetailsWriter
{
    /// <summary>Before the service defaults are added: the first writer that can is taken.</summary>
    public static void AddTo(IServiceCollection services) => services.AddSingleton<IProblemDetailsWriter, HtmlProblems>();

    public bool CanWrite(ProblemDetailsContext context) => Html.IsWanted(context.HttpContext);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var detail = problem.Detail is { } text ? $"<p>{Html.Text(text)}</p>" : "";
        var type = problem.Type is { } path ? $"<p><a href=\"{Html.Text(path)}\">What this means</a></p>" : "";
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        await Html.Page(context.HttpContext, problem.Title ?? "That did not work", detail + type).ExecuteAsync(context.HttpContext);
    }
}
