using Insp1r.AppHost.Running;

namespace Insp1r.AppHost.Servers;

/// <summary>A server run as a process of this machine, from the distribution's package, with the connection string that Aspire's container of its kind would have.</summary>
/// <param name="package">The package that has it.</param>
/// <param name="files">Where below <c>/usr/lib</c> its program is, with * for the version.</param>
internal sealed class ServerProcess(string name, string script, string folder, string package, (string Folder, string Version, string Program) files, Func<EndpointReference, ReferenceExpression> connectionString)
    : ExecutableResource(name, script, folder), IResourceWithConnectionString
{
    public const string Endpoint = "tcp";

    public string Package { get; } = package;
    public ReferenceExpression ConnectionStringExpression => connectionString(new EndpointReference(this, Endpoint));

    public bool IsInstalled(string libraries) =>
        Path.Combine(libraries, files.Folder) is var parent && Directory.Exists(parent)
        && Directory.EnumerateDirectories(parent, files.Version).Any(version => File.Exists(Path.Combine(version, files.Program)));
}

internal static class ServerProcessExtensions
{
    /// <summary>A server whose script stands in this folder and whose data lies in the state folder, owned by the user that the server runs as.</summary>
    public static IResourceBuilder<ServerProcess> AddServerProcess(this IDistributedApplicationBuilder builder, ServerProcess server, string? user, params ReadOnlySpan<string> ports)
    {
        var added = builder.AddResource(server).WithAnnotation(new StateOf(server.Name, Environment.IsPrivilegedProcess ? user : null))
            .WithServerEndpoint(ServerProcess.Endpoint, "tcp");
        foreach (var port in ports)
            added.WithServerEndpoint(port, port == "management" ? "http" : "tcp").WithUrlForEndpoint(port, url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly);
        return added;
    }

    public static string ScriptOf(string name) => Path.Combine(Checkout.Root, "Insp1r.AppHost", "Servers", name);

    // Not through the orchestrator's proxy, which every query would pass. With "localhost" it would become two endpoints, for IPv4 and IPv6.
    private static IResourceBuilder<ServerProcess> WithServerEndpoint(this IResourceBuilder<ServerProcess> server, string name, string scheme) => server
        .WithEndpoint(name: name, scheme: scheme, isProxied: false, env: $"SERVER_{name.ToUpperInvariant()}_PORT")
        .WithEndpoint(name, endpoint => endpoint.TargetHost = "127.0.0.1");
}
