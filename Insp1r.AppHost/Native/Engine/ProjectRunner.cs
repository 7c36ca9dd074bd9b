using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>One replica of a project, or an executable: its built output is run as it is, never built.</summary>
internal sealed class ProjectRunner(IResource resource, Replica replica, ProjectEnvironment environment, HttpClient http)
    : Workload(replica.Name, resource)
{
    private readonly HttpHealthCheckAnnotation? _healthCheck = resource.Annotations.OfType<HttpHealthCheckAnnotation>().LastOrDefault();

    public override string Kind => Resource is ProjectResource ? "project" : "executable";
    public override bool RunsToCompletion => replica.Endpoints.Count == 0;
    public override string? Address => replica.Endpoints.FirstOrDefault().Value?.UriString;

    public override async Task<Command> PrepareAsync(Action<string> log, CancellationToken ct)
    {
        var arguments = Resource.Annotations.OfType<ArgumentsAnnotation>().SelectMany(a => a.Arguments);
        var variables = await environment.ForAsync(Resource, replica, ct);

        if (Resource is ExecutableResource executable)
            return new Command(executable.Command, [.. arguments]) { WorkingDirectory = executable.WorkingDirectory, Environment = variables };

        var path = Resource.Annotations.OfType<ProjectPathAnnotation>().Single().ProjectPath;
        var assembly = OutputOf(path, AppContext.BaseDirectory);
        if (!File.Exists(assembly))
            throw new PlatformException($"{assembly} is missing: the project is not built. Build it: dotnet build Insp1r.sln");

        return new Command(DotNet, [assembly, .. arguments]) { WorkingDirectory = Path.GetDirectoryName(path)!, Environment = variables };
    }

    public override async Task<string?> ProbeAsync(CancellationToken ct)
    {
        if (_healthCheck is null)
            return null;

        var endpoint = _healthCheck.EndpointName is { } name ? replica.Endpoints[name]
            : replica.Endpoints.GetValueOrDefault("https") ?? replica.Endpoints["http"];
        using var response = await http.GetAsync(new Uri($"{endpoint.UriString}{_healthCheck.Path}"), ct);
        return (int)response.StatusCode == _healthCheck.StatusCode ? null : $"{_healthCheck.Path} answers {(int)response.StatusCode}";
    }

    /// <summary>The project's assembly, built in the configuration and framework of the application host's own output folder.</summary>
    internal static string OutputOf(string projectPath, string hostOutput)
    {
        var framework = new DirectoryInfo(hostOutput);
        return Path.Combine(
            Path.GetDirectoryName(projectPath)!, "bin", framework.Parent!.Name, framework.Name, Path.GetFileNameWithoutExtension(projectPath) + ".dll");
    }

    private static string DotNet =>
        Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet";
}

/// <summary>One process of a resource and the addresses that it listens on itself.</summary>
internal sealed record Replica(string Name, IReadOnlyDictionary<string, AllocatedEndpoint> Endpoints);
