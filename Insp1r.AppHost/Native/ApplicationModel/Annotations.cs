using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

public sealed class EnvironmentCallbackContext(
    DistributedApplicationExecutionContext executionContext, Dictionary<string, object> environmentVariables, CancellationToken cancellationToken = default)
{
    /// <summary>Values are strings, endpoint references or parameters; the last two are resolved when the process starts.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables;

    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;
    public CancellationToken CancellationToken { get; } = cancellationToken;
    public ILogger Logger { get; init; } = NullLogger.Instance;
}

public sealed class EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<EnvironmentCallbackContext, Task> Callback { get; } = callback;
}

public sealed class ReplicaAnnotation(int replicas) : IResourceAnnotation
{
    public int Replicas { get; } = replicas;
}

public enum WaitType
{
    WaitUntilHealthy = 0,
    WaitForCompletion = 1,
    WaitUntilStarted = 2,
}

public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    public IResource Resource { get; } = resource;
    public WaitType WaitType { get; } = waitType;
    public int ExitCode { get; } = exitCode;
}

internal sealed record ArgumentsAnnotation(IReadOnlyList<string> Arguments) : IResourceAnnotation;

internal sealed record HttpHealthCheckAnnotation(string Path, int StatusCode, string? EndpointName) : IResourceAnnotation;

internal sealed record ProjectPathAnnotation(string ProjectPath, LaunchProfile? Profile) : IResourceAnnotation;

internal sealed record UrlForEndpointAnnotation(string EndpointName, Action<ResourceUrlAnnotation> Callback) : IResourceAnnotation;

internal sealed record ManagementPluginAnnotation : IResourceAnnotation;
