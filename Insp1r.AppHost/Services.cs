using Insp1r.AppHost.Running;
using Insp1r.AppHost.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Insp1r.AppHost;

/// <summary>
/// A service and its replicas. Each replica is a resource with an address of its own, which the gateway knows: so each has a name, a health and a restart of
/// its own, and no proxy stands in front of them that could not tell which of them answers.
/// </summary>
internal sealed record Service(string Name, IReadOnlyList<IResourceBuilder<ProjectResource>> Replicas);

internal static class ServiceExtensions
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>A service that runs from its built output, restarts when it ends, and is asked for its health.</summary>
    public static Service AddService<TProject>(
        this IDistributedApplicationBuilder builder, string name, Installation installation, int replicas, Action<IResourceBuilder<ProjectResource>> configure)
        where TProject : IProjectMetadata, new()
    {
        var service = new Service(name, [.. Enumerable.Range(1, replicas).Select(number => Add<TProject>(builder, replicas == 1 ? name : $"{name}-{number}", name, installation))]);
        foreach (var replica in service.Replicas)
            configure(replica);
        return service;
    }

    public static IResourceBuilder<ProjectResource> WithDatabase(this IResourceBuilder<ProjectResource> service, ServiceDatabase database) => service
        .WithReference(database.Resource).WaitFor(database.Resource)
        .WithEnvironment("ConnectionStrings__migrations", database.Migrations);

    /// <summary>No service waits for the broker: it takes writes without one and sends the events later.</summary>
    public static IResourceBuilder<ProjectResource> WithBroker(this IResourceBuilder<ProjectResource> service, Broker broker, ReferenceExpression user) => service
        .WithEnvironment("ConnectionStrings__rabbitmq", user).WithReferenceRelationship(broker.Server);

    /// <summary>Tells where each replica of another service listens, as service discovery reads it.</summary>
    public static IResourceBuilder<ProjectResource> WithReference(this IResourceBuilder<ProjectResource> caller, Service service)
    {
        for (var i = 0; i < service.Replicas.Count; i++)
            caller.WithEnvironment($"services__{service.Name}__http__{i}", service.Replicas[i].GetEndpoint("http")).WithReferenceRelationship(service.Replicas[i]);
        return caller;
    }

    public static IResourceBuilder<ProjectResource> WaitFor(this IResourceBuilder<ProjectResource> resource, Service service)
    {
        foreach (var replica in service.Replicas)
            resource.WaitFor(replica);
        return resource;
    }

    /// <summary>Runs what is built already, as the services' user: <c>dotnet run</c> in between would evaluate the project again and stay beside the service.</summary>
    public static IResourceBuilder<ProjectResource> RunBuiltOutput(this IResourceBuilder<ProjectResource> project, Installation installation)
    {
        if (project.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return project;

        // Where this very program stands: the paths that Aspire has are of the folder that it was built in, and a checkout can be copied.
        var built = project.Resource.GetProjectMetadata().ProjectPath;
        var path = Path.Combine(Checkout.Root, Path.GetRelativePath(Path.GetDirectoryName(project.ApplicationBuilder.AppHostDirectory)!, built));
        var folder = Path.GetDirectoryName(path)!;
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(folder, "bin", framework.Parent!.Name, framework.Name, Path.GetFileNameWithoutExtension(path) + ".dll");
        string[] command = installation.ServiceUser is { } user ? ["setpriv", .. UserAccount.AsUser(user), "dotnet", assembly] : ["dotnet", assembly];
        return project
            .WithAnnotation(new ExecutableAnnotation { Command = command[0], WorkingDirectory = folder })
            .WithArgs(command[1..]);
    }

    private static IResourceBuilder<ProjectResource> Add<TProject>(IDistributedApplicationBuilder builder, string name, string service, Installation installation)
        where TProject : IProjectMetadata, new()
    {
        var project = builder.AddProject<TProject>(name).RunBuiltOutput(installation)
            .WithEnvironment("Authority__Issuer", installation.Address)
            // Not what the orchestrator and the dashboard are told (SmallMachine).
            .WithEnvironment("DOTNET_TieredPGO", "1")
            .WithEnvironment("DOTNET_GCConserveMemory", "0")
            .WithTelemetry()
            // The port of the launch profile would be taken by a second platform on the machine.
            .WithEndpoint("http", endpoint => (endpoint.Port, endpoint.TargetHost, endpoint.IsProxied) = (null, "127.0.0.1", false));
        var http = project.GetEndpoint("http");
        var check = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(check, _ => new StartingCheck(ct => AskAsync(http, ct)), null, null));
        return project.WithHealthCheck(check).WithAnnotation(new Care(service, "project")
        {
            Probe = ct => AskAsync(http, ct),
            Address = () => http.IsAllocated ? http.Url : null,
        });
    }

    /// <summary>To the dashboard every few seconds: once a second, as Aspire has it, costs a fifth of the processor time of a start. Variables that are given decide instead.</summary>
    private static IResourceBuilder<ProjectResource> WithTelemetry(this IResourceBuilder<ProjectResource> project)
    {
        var given = project.ApplicationBuilder.Configuration;
        project.WithEnvironment("OTEL_METRIC_EXPORT_INTERVAL", given["OTEL_METRIC_EXPORT_INTERVAL"] ?? "15000")
            .WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", given["OTEL_BSP_SCHEDULE_DELAY"] ?? "5000")
            .WithEnvironment("OTEL_BLRP_SCHEDULE_DELAY", given["OTEL_BLRP_SCHEDULE_DELAY"] ?? "5000");
        // Another collector in place of the dashboard.
        return given["OTEL_EXPORTER_OTLP_ENDPOINT"] is not { Length: > 0 } collector ? project : project
            .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
            .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", given["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "grpc")
            .WithEnvironment("OTEL_EXPORTER_OTLP_HEADERS", given["OTEL_EXPORTER_OTLP_HEADERS"] ?? "");
    }

    private static async Task<Health> AskAsync(EndpointReference http, CancellationToken ct)
    {
        using var response = await _http.GetAsync(new Uri($"{http.Url}/health/ready"), ct);
        return response.IsSuccessStatusCode ? Health.Good : new Health($"/health/ready answers {(int)response.StatusCode}");
    }
}
