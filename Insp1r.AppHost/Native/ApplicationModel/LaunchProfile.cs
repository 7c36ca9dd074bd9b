using System.Text.Json;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The first <c>Project</c> profile of a project's <c>Properties/launchSettings.json</c>.</summary>
internal sealed record LaunchProfile(string Name, IReadOnlyList<string> EndpointSchemes, IReadOnlyDictionary<string, string> EnvironmentVariables)
{
    private static readonly JsonDocumentOptions _lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static LaunchProfile? ReadFirst(string projectFolder)
    {
        var file = Path.Combine(projectFolder, "Properties", "launchSettings.json");
        if (!File.Exists(file))
            return null;

        using var document = JsonDocument.Parse(File.ReadAllBytes(file), _lenient);
        if (!document.RootElement.TryGetProperty("profiles", out var profiles))
            return null;

        foreach (var profile in profiles.EnumerateObject())
        {
            if (!profile.Value.TryGetProperty("commandName", out var command) || command.GetString() != "Project")
                continue;

            var urls = profile.Value.TryGetProperty("applicationUrl", out var url) ? url.GetString() ?? "" : "";
            var schemes = urls.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(u => new Uri(u).Scheme).Distinct();
            var variables = profile.Value.TryGetProperty("environmentVariables", out var values)
                ? values.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.ToString())
                : [];
            return new LaunchProfile(profile.Name, [.. schemes], variables);
        }

        return null;
    }
}
