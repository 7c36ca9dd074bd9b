using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null, bool optional = false) where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(async context =>
        {
            var name = connectionName ?? source.Resource.Name;
            context.EnvironmentVariables[$"ConnectionStrings__{name}"] =
                await source.Resource.GetConnectionStringAsync(context.CancellationToken) ?? "";
            foreach (var (key, value) in source.Resource.GetConnectionProperties())
                context.EnvironmentVariables[$"{VariablePrefix(name)}_{key}"] = value;
        });

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment =>
        builder.WithReference(source, source.Resource.Name);

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.Annotations.OfType<EndpointAnnotation>())
                AddEndpoint(context, name, new EndpointReference(source.Resource, endpoint.Name));
        });

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference) where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment(context => AddEndpoint(context, endpointReference.Resource.Name, endpointReference));

    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri) where TDestination : IResourceWithEnvironment =>
        builder.WithEnvironment($"services__{name}__default__0", uri.ToString());

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = value ?? "");

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = endpointReference);

    public static IResourceBuilder<T> WithEnvironment<T>(
        this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter) where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = parameter.Resource);

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, Func<string> callback)
        where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context => context.EnvironmentVariables[name] = callback());

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentCallbackAnnotation(context =>
        {
            callback(context);
            return Task.CompletedTask;
        }));

    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Func<EnvironmentCallbackContext, Task> callback)
        where T : IResourceWithEnvironment =>
        builder.WithAnnotation(new EnvironmentCallbackAnnotation(callback));

    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args) where T : IResourceWithArgs =>
        builder.WithAnnotation(new ArgumentsAnnotation(args));

    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency.Resource, WaitType.WaitUntilHealthy);

    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency.Resource, WaitType.WaitUntilStarted);

    public static IResourceBuilder<T> WaitForCompletion<T>(
        this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0) where T : IResourceWithWaitSupport =>
        builder.Wait(dependency.Resource, WaitType.WaitForCompletion, exitCode);

    public static IResourceBuilder<T> WithHttpEndpoint<T>(
        this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? name = null, string? env = null, bool? isProxied = null)
        where T : IResourceWithEndpoints
    {
        var reference = new EndpointReference(builder.Resource, name ?? "http");
        if (!reference.Exists)
            builder.WithAnnotation(new EndpointAnnotation(reference.EndpointName, "http"));

        var endpoint = reference.Annotation;
        endpoint.Port = port ?? endpoint.Port;
        endpoint.TargetPort = targetPort ?? endpoint.TargetPort;
        endpoint.EnvironmentVariable = env ?? endpoint.EnvironmentVariable;
        endpoint.IsProxied = isProxied ?? endpoint.IsProxied;
        return builder;
    }

    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, string name) where T : IResourceWithEndpoints =>
        new(builder.Resource, name);

    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder) where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.UriScheme is "http" or "https"))
            endpoint.IsExternal = true;
        return builder;
    }

    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null) where T : IResourceWithEndpoints
    {
        if (!builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => endpointName is null || e.Name == endpointName))
            throw new DistributedApplicationException(
                $"The resource '{builder.Resource.Name}' has no endpoint '{endpointName ?? "http"}' that a health check could ask.");

        return builder.WithAnnotation(new HttpHealthCheckAnnotation(path ?? "/", statusCode ?? 200, endpointName));
    }

    public static IResourceBuilder<T> WithUrlForEndpoint<T>(
        this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback) where T : IResource =>
        builder.WithAnnotation(new UrlForEndpointAnnotation(endpointName, callback));

    private static IResourceBuilder<T> Wait<T>(this IResourceBuilder<T> builder, IResource dependency, WaitType type, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        if (ReferenceEquals(builder.Resource, dependency))
            throw new DistributedApplicationException($"The resource '{dependency.Name}' cannot wait for itself.");
        if (builder.Resource is IResourceWithParent child && ReferenceEquals(child.Parent, dependency))
            throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' cannot wait for its parent '{dependency.Name}'.");

        // A database exists only inside its running server.
        if (dependency is IResourceWithParent parented)
            builder.WithAnnotation(new WaitAnnotation(parented.Parent, type, exitCode));
        return builder.WithAnnotation(new WaitAnnotation(dependency, type, exitCode));
    }

    private static void AddEndpoint(EnvironmentCallbackContext context, string name, EndpointReference endpoint)
    {
        // Keyed by scheme for the endpoints called http and https, by the endpoint's name for any other; the index counts within a key.
        var index = 0;
        while (context.EnvironmentVariables.ContainsKey($"services__{name}__{endpoint.EndpointName}__{index}"))
            index++;
        context.EnvironmentVariables[$"services__{name}__{endpoint.EndpointName}__{index}"] = endpoint;
        context.EnvironmentVariables[$"{VariablePrefix(name)}_{VariablePrefix(endpoint.EndpointName)}"] = endpoint;
    }

    private static string VariablePrefix(string name) =>
        string.Concat(name.ToUpperInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
