using Npgsql;

namespace Insp1r.Messaging;

/// <summary>The database of this service, for SQL beside its caller.</summary>
public sealed class ServiceDatabase(NpgsqlDataSource dataSource, string connectionString, string service)
{
    public NpgsqlDataSource DataSource { get; } = dataSource;

    /// <summary>The service's name: membership, advocacy, communications.</summary>
    public string Service { get; } = service;

    internal string ConnectionString { get; } = connectionString;

    /// <summary>Tells this process from the other replicas of the service.</summary>
    public string InstanceId { get; } = Guid.CreateVersion7().ToString("N");

    /// <summary>A connection of its own for a long-lived task; the caller opens and disposes of it.</summary>
    internal NpgsqlConnection Unpooled(string purpose, Action<NpgsqlConnectionStringBuilder>? configure = null)
    {
        var builder = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, ApplicationName = $"{Service}-{purpose}" };
        configure?.Invoke(builder);
        return new NpgsqlConnection(builder.ConnectionString);
    }
}
