using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

public static class PostgresBuilderExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var server = new PostgresServerResource(name, userName?.Resource, password?.Resource ?? builder.GeneratedPassword(name));
        server.Annotations.Add(new EndpointAnnotation("tcp", "tcp") { Port = port });
        return builder.AddResource(server);
    }

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(database);
        return builder.ApplicationBuilder.AddResource(database);
    }

    /// <summary>Data always lives in the state folder.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) => builder;

    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port)
    {
        builder.Resource.PrimaryEndpoint.Annotation.Port = port;
        return builder;
    }
}

public static class RabbitMQBuilderExtensions
{
    public static IResourceBuilder<RabbitMQServerResource> AddRabbitMQ(
        this IDistributedApplicationBuilder builder, string name,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        var server = new RabbitMQServerResource(name, userName?.Resource, password?.Resource ?? builder.GeneratedPassword(name));
        server.Annotations.Add(new EndpointAnnotation("tcp", "tcp") { Port = port });
        return builder.AddResource(server);
    }

    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder) =>
        builder.WithManagementPlugin(port: null);

    public static IResourceBuilder<RabbitMQServerResource> WithManagementPlugin(this IResourceBuilder<RabbitMQServerResource> builder, int? port)
    {
        builder.Resource.Annotations.Add(new EndpointAnnotation("management", "http") { Port = port });
        return builder.WithAnnotation(new ManagementPluginAnnotation());
    }

    /// <summary>Data always lives in the state folder.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithDataVolume(
        this IResourceBuilder<RabbitMQServerResource> builder, string? name = null, bool isReadOnly = false) => builder;
}

public static class ContainerResourceBuilderExtensions
{
    /// <summary>Says whether a container outlives its application host. Processes of the engine never do; their data does.</summary>
    public static IResourceBuilder<T> WithLifetime<T>(this IResourceBuilder<T> builder, ContainerLifetime lifetime) where T : ContainerResource =>
        builder;
}

public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => builder.Configuration[$"Parameters:{name}"]
            ?? throw new PlatformException($"The parameter '{name}' has no value. Give one: ./insp1r up --Parameters:{name}=VALUE"), secret));

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => builder.Configuration[$"Parameters:{name}"] ?? value, secret));

    internal static ParameterResource GeneratedPassword(this IDistributedApplicationBuilder builder, string resourceName)
    {
        var name = $"{resourceName}-password";
        var secrets = ((DistributedApplicationBuilder)builder).Secrets;
        return new ParameterResource(name, () => builder.Configuration[$"Parameters:{name}"] ?? secrets.GetOrCreate(name), secret: true);
    }
}
