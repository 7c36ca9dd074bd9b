using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ProjectResourceBuilderExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddProject(name, new TProject().ProjectPath);

    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath)
    {
        var path = Path.GetFullPath(projectPath, builder.AppHostDirectory);
        var profile = LaunchProfile.ReadFirst(Path.GetDirectoryName(path)!);
        var project = new ProjectResource(name);
        project.Annotations.Add(new ProjectPathAnnotation(path, profile));

        // Launch profiles name fixed ports, which two checkouts on one machine would fight over: only the scheme is taken.
        foreach (var scheme in profile?.EndpointSchemes ?? [])
            project.Annotations.Add(new EndpointAnnotation(scheme, scheme));

        return builder.AddResource(project);
    }

    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas));
    }
}

public static class ExecutableResourceBuilderExtensions
{
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory)))
            .WithArgs(args ?? []);
}
