namespace Aspire.Hosting.ApplicationModel;

public sealed class EndpointAnnotation(string name, string uriScheme) : IResourceAnnotation
{
    public string Name { get; } = name;
    public string UriScheme { get; } = uriScheme;

    /// <summary>The public port that the application model asked for; null lets the engine choose one and keep it.</summary>
    public int? Port { get; set; }

    /// <summary>The port that the process listens on; null means the public one, or one of its own behind a proxy.</summary>
    public int? TargetPort { get; set; }

    /// <summary>The variable that tells the process its port, where <c>ASPNETCORE_URLS</c> does not.</summary>
    public string? EnvironmentVariable { get; set; }

    public bool IsExternal { get; set; }

    public bool IsProxied { get; set; } = true;

    public AllocatedEndpoint? AllocatedEndpoint { get; set; }
}

public sealed record AllocatedEndpoint(string UriScheme, string Address, int Port)
{
    public string UriString => $"{UriScheme}://{Address}:{Port}";
}

public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName)
{
    public IResourceWithEndpoints Resource { get; } = owner;
    public string EndpointName { get; } = endpointName;

    public bool Exists => Find() is not null;
    public bool IsAllocated => Find()?.AllocatedEndpoint is not null;
    public int Port => Allocated.Port;
    public string Host => Allocated.Address;
    public string Scheme => Allocated.UriScheme;
    public string Url => Allocated.UriString;

    internal EndpointAnnotation Annotation =>
        Find() ?? throw new InvalidOperationException($"The resource '{Resource.Name}' has no endpoint named '{EndpointName}'.");

    private AllocatedEndpoint Allocated => Annotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The endpoint '{EndpointName}' of '{Resource.Name}' has no address before the application starts.");

    private EndpointAnnotation? Find() => Resource.Annotations.OfType<EndpointAnnotation>()
        .SingleOrDefault(e => string.Equals(e.Name, EndpointName, StringComparison.OrdinalIgnoreCase));
}

public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    public required string Url { get; set; }
    public string? DisplayText { get; set; }
    public EndpointReference? Endpoint { get; init; }
}
