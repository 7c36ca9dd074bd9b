using Insp1r.AppHost.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Insp1r.AppHost.Servers;

/// <summary>The PostgreSQL server, as a container where a container engine answers, else as a process.</summary>
internal sealed record Postgres(IResourceBuilder<IResourceWithConnectionString> Server, EndpointReference Endpoint, Installation Installation)
{
    /// <summary>The services that have a database here, with the passwords of their two roles.</summary>
    public List<(string Service, ParameterResource Password, ParameterResource Migrations)> Databases { get; } = [];

    public async Task PrepareAsync(CancellationToken ct)
    {
        var server = (await Server.Resource.GetConnectionStringAsync(ct))!;
        foreach (var (service, password, migrations) in Databases)
            await ServiceRoles.PrepareAsync(server, service, (await password.GetValueAsync(ct))!, (await migrations.GetValueAsync(ct))!, ct);
    }

    /// <summary>Deletes what is in the databases, and the connections to them.</summary>
    public async Task EmptyAsync(CancellationToken ct)
    {
        var server = (await Server.Resource.GetConnectionStringAsync(ct))!;
        foreach (var (service, _, _) in Databases)
            await ServiceRoles.DropDatabaseAsync(server, service, ct);
        await PrepareAsync(ct);
    }
}

/// <summary>A service's own database: what the service connects with, and what its migrations do.</summary>
internal sealed record ServiceDatabase(IResourceBuilder<ConnectionStringResource> Resource, ReferenceExpression Migrations);

internal static class PostgresExtensions
{
    public static Postgres AddPostgresServer(this IDistributedApplicationBuilder builder, string name, Installation installation)
    {
        var password = builder.AddKeptSecret($"{name}-password", installation.State);
        if (builder.ExecutionContext.IsPublishMode || ContainerEngine.Answers)
        {
            var container = builder.AddPostgres(name, password: password).WithDataVolume().WithLifetime(ContainerLifetime.Persistent);
            return Prepared(new Postgres(container.WithAnnotation(CareFor(container.Resource)), container.Resource.PrimaryEndpoint, installation));
        }

        var server = builder.AddServerProcess(
            new ServerProcess(
                name, ServerProcessExtensions.ScriptOf("postgres.sh"), installation.State.DataOf(name), "postgresql", ("postgresql", "*", "bin/postgres"),
                tcp => ReferenceExpression.Create(
                    $"Host={tcp.Property(EndpointProperty.Host)};Port={tcp.Property(EndpointProperty.Port)};Username=postgres;Password={password.Resource}")),
            user: "postgres")
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithIconName("DatabaseMultiple");
        var check = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(check, _ => new StartingCheck(ct => AskAsync(server.Resource, ct)), null, null));
        server.WithHealthCheck(check).WithAnnotation(CareFor(server.Resource));
        return Prepared(new Postgres(server, server.GetEndpoint(ServerProcess.Endpoint), installation));
    }

    /// <summary>
    /// The database of one service, with two roles: <c>SERVICE</c> reads and writes rows and nothing else, <c>SERVICE_migrations</c> owns the database and
    /// changes its schema. Neither can connect to another service's database.
    /// </summary>
    public static ServiceDatabase AddServiceDatabase(this Postgres postgres, string name, string service)
    {
        var (server, endpoint, installation) = postgres;
        var builder = server.ApplicationBuilder;
        var password = builder.AddKeptSecret($"{name}-password", installation.State);
        var migrationsPassword = builder.AddKeptSecret($"{name}-migrations-password", installation.State);
        postgres.Databases.Add((service, password.Resource, migrationsPassword.Resource));

        var database = builder.AddConnectionString(name, Expression(service, password.Resource))
            .WaitFor(server).WithParentRelationship(server).WithIconName("Database");
        return new ServiceDatabase(database, Expression($"{service}_migrations", migrationsPassword.Resource));

        ReferenceExpression Expression(string role, ParameterResource secret) => ReferenceExpression.Create(
            $"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)};Username={role};Password={secret};Database={service}");
    }

    // Whoever waits for the server waits for this as well.
    private static Postgres Prepared(Postgres postgres)
    {
        postgres.Server.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(postgres.Server.Resource, (_, ct) => postgres.PrepareAsync(ct));
        return postgres;
    }

    private static Care CareFor(IResourceWithConnectionString server) => new(server.Name, "PostgreSQL")
    {
        Probe = ct => AskAsync(server, ct),
        Address = () => server.Annotations.OfType<EndpointAnnotation>().First().AllocatedEndpoint is { } at ? $"{at.Address}:{at.Port}" : null,
    };

    private static async Task<Health> AskAsync(IResourceWithConnectionString server, CancellationToken ct)
    {
        // Without a pool each question proves that a new connection can be made.
        await using var connection = new NpgsqlConnection($"{await server.GetConnectionStringAsync(ct)};Database=postgres;Pooling=false;Timeout=5;Command Timeout=5");
        try
        {
            await connection.OpenAsync(ct);
            await using var command = new NpgsqlCommand("select 1", connection);
            await command.ExecuteScalarAsync(ct);
            return Health.Good;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            return new Health($"the password in secrets/{server.Name}-password is not the one that the data was made with. Put the old one back, or start over: ./insp1r reset");
        }
        catch (PostgresException e)
        {
            return new Health(e.MessageText);
        }
    }
}
