using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Insp1r.NativeHosting;

/// <summary>The variables that Aspire gives a project in run mode; later ones win, so that the model's own have the last word.</summary>
internal sealed class ProjectEnvironment(DistributedApplicationExecutionContext executionContext, IReadOnlyDictionary<string, string> engineEnvironment)
{
    public async Task<IReadOnlyDictionary<string, string>> ForAsync(IResource resource, Replica replica, CancellationToken ct)
    {
        var variables = new Dictionary<string, object>(StringComparer.Ordinal);
        if (resource is ProjectResource)
            AddProjectDefaults(variables, resource, replica);

        foreach (var (name, endpoint) in replica.Endpoints)
        {
            if (resource.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == name).EnvironmentVariable is { } variable)
                variables[variable] = $"{endpoint.Port}";
        }

        var context = new EnvironmentCallbackContext(executionContext, variables, ct);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);

        return variables.ToDictionary(v => v.Key, v => Resolve(v.Value));
    }

    private void AddProjectDefaults(Dictionary<string, object> variables, IResource resource, Replica replica)
    {
        variables["LOGGING__CONSOLE__FORMATTERNAME"] = "simple";
        variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
        variables["OTEL_SERVICE_NAME"] = resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={replica.Name}";

        if (resource.Annotations.OfType<ProjectPathAnnotation>().Single().Profile is { } profile)
        {
            variables["DOTNET_LAUNCH_PROFILE"] = profile.Name;
            foreach (var (name, value) in profile.EnvironmentVariables)
                variables[name] = value;
        }

        if (replica.Endpoints.Values.Where(e => e.UriScheme is "http" or "https").Select(e => e.UriString).ToList() is { Count: > 0 } urls)
            variables["ASPNETCORE_URLS"] = string.Join(';', urls);

        // Spans are sent within a second and none is dropped, but only where somebody listens: no endpoint, no exporter.
        if (engineEnvironment.ContainsKey("OTEL_EXPORTER_OTLP_ENDPOINT")
            && (string?)variables.GetValueOrDefault("ASPNETCORE_ENVIRONMENT") == "Development")
        {
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    }

    private static string Resolve(object value) => value switch
    {
        EndpointReference endpoint => endpoint.Url,
        ParameterResource parameter => parameter.ResolvedValue,
        _ => value.ToString() ?? "",
    };
}
