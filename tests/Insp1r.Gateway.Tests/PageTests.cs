using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Insp1r.Gateway.Pages;

namespace Insp1r.Gateway.Tests;

public sealed partial class PageTests(SharedGateway shared)
{
    [Fact]
    public async Task Docs_Page_LoadsNothingFromElsewhere()
    {
        var page = await TextAsync("/docs/index.html");
        var files = Sources().Matches(page).Select(match => match.Groups["file"].Value).ToList();

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain("//", file, StringComparison.Ordinal));
        foreach (var file in files)
        {
            using var response = await shared.Gateway.SendAsync(Http.Request($"/docs/{file}"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Contains("/openapi/v1.json", await TextAsync("/docs/index.js"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/docs/")]
    public async Task Docs_ShortAddress_LeadsToThePage(string target)
    {
        using var response = await shared.Gateway.SendAsync(Http.Request(target));

        Assert.Equal(HttpStatusCode.MovedPermanently, response.StatusCode);
        Assert.EndsWith("index.html", response.Header("Location"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Index_ForAPersonAndForAProgram_LinksToTheDocs()
    {
        using var page = await shared.Gateway.SendAsync(Http.Request("/").With("Accept", "text/html,*/*;q=0.8"));
        using var data = await shared.Gateway.SendAsync(Http.Request("/"));

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("href=\"/docs\"", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("/docs", (string?)JsonNode.Parse(await data.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["links"]!["docs"]);
    }

    [Fact]
    public async Task Problems_EachName_SaysWhatItMeansAndWhatToDo()
    {
        var list = JsonNode.Parse(await TextAsync("/problems"))!["items"]!.AsArray();

        Assert.Equal(ProblemPages.All.Count, list.Count);
        foreach (var type in list)
        {
            var one = JsonNode.Parse(await TextAsync($"/problems/{(string?)type!["name"]}"))!;
            Assert.True(((string?)one["meaning"])!.Length > 20);
            Assert.True(((string?)one["remedy"])!.Length > 20);
        }
    }

    [Fact]
    public async Task Problems_ForAPerson_ArePages()
    {
        using var response = await shared.Gateway.SendAsync(Http.Request("/problems/rate-limited").With("Accept", "text/html"));

        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("Retry-After", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Problems_EveryErrorInTheSources_IsExplained()
    {
        var root = Root();
        var names = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(root, file) is var path && (path.StartsWith("services", StringComparison.Ordinal) || path.StartsWith("gateway", StringComparison.Ordinal)))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Errors().Matches(File.ReadAllText(file)))
            .Select(match => (Name: match.Groups["name"].Value, Status: int.Parse(match.Groups["status"].Value, System.Globalization.CultureInfo.InvariantCulture)))
            .Distinct().ToList();
        var explained = ProblemPages.All.ToDictionary(type => type.Name, type => type.Status, StringComparer.Ordinal);

        Assert.True(names.Count > 15, "The pattern no longer finds the errors.");
        Assert.All(names, error => Assert.True(explained.TryGetValue(error.Name, out var status) && status == error.Status, $"Explain {error} in Pages/problems.json."));
    }

    private async Task<string> TextAsync(string target)
    {
        using var response = await shared.Gateway.SendAsync(Http.Request(target));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex("(?:src|href)=\"(?<file>[^\"]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Sources();

    // Errors are declared as: Error Taken = new(409, "client-id-taken", "...")
    [GeneratedRegex("Error\\s+\\w+\\s*=\\s*new\\((?<status>\\d{3}),\\s*\"(?<name>[a-z0-9-]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Errors();
}
