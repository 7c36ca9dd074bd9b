using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

    /// <summary>A project of the solution; the build writes one class per project reference of the application host.</summary>
    public interface IProjectMetadata : IResourceAnnotation
    {
        string ProjectPath { get; }
        bool SuppressBuild => false;
    }
}

namespace Aspire.Hosting.ApplicationModel
{
    public enum ContainerLifetime
    {
        Session = 0,
        Persistent = 1,
    }

    public enum WaitBehavior
    {
        WaitOnResourceUnavailable = 0,
        StopOnResourceUnavailable = 1,
    }

    public class ContainerResource(string name) : Resource(name),
        IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport;

    public class ProjectResource(string name) : Resource(name),
        IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport;

    public class ExecutableResource(string name, string command, string workingDirectory) : Resource(name),
        IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
    {
        public string Command { get; } = command;
        public string WorkingDirectory { get; } = workingDirectory;
    }

    public class ParameterResource : Resource
    {
        private readonly Lazy<string> _value;

        internal ParameterResource(string name, Func<string> value, bool secret) : base(name)
        {
            _value = new Lazy<string>(value);
            Secret = secret;
        }

        public bool Secret { get; }

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);

        internal string ResolvedValue => _value.Value;
    }

    public class PostgresServerResource : ContainerResource, IResourceWithConnectionString
    {
        private readonly List<PostgresDatabaseResource> _databases = [];

        internal PostgresServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
        {
            UserNameParameter = userName;
            PasswordParameter = password;
        }

        public EndpointReference PrimaryEndpoint => new(this, "tcp");
        public ParameterResource? UserNameParameter { get; }
        public ParameterResource PasswordParameter { get; }

        internal string UserName => UserNameParameter?.ResolvedValue ?? "postgres";
        internal IReadOnlyList<PostgresDatabaseResource> DatabaseResources => _databases;
        internal void AddDatabase(PostgresDatabaseResource database) => _databases.Add(database);

        internal string ConnectionString =>
            $"Host={PrimaryEndpoint.Host};Port={PrimaryEndpoint.Port};Username={UserName};Password={PasswordParameter.ResolvedValue}";

        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(ConnectionString);

        public IEnumerable<KeyValuePair<string, string>> GetConnectionProperties() => ConnectionProperties(database: null);

        internal IEnumerable<KeyValuePair<string, string>> ConnectionProperties(string? database)
        {
            var (host, port) = (PrimaryEndpoint.Host, PrimaryEndpoint.Port);
            var password = PasswordParameter.ResolvedValue;
            var path = database is null ? "" : "/" + Uri.EscapeDataString(database);
            yield return new("HOST", host);
            yield return new("PORT", $"{port}");
            yield return new("USERNAME", UserName);
            yield return new("PASSWORD", password);
            yield return new("URI", $"postgresql://{Uri.EscapeDataString(UserName)}:{Uri.EscapeDataString(password)}@{host}:{port}{path}");
            yield return new("JDBCCONNECTIONSTRING", $"jdbc:postgresql://{host}:{port}{path}");
            if (database is not null)
                yield return new("DATABASENAME", database);
        }
    }

    public class PostgresDatabaseResource : Resource, IResourceWithParent<PostgresServerResource>, IResourceWithConnectionString
    {
        internal PostgresDatabaseResource(string name, string databaseName, PostgresServerResource parent) : base(name)
        {
            DatabaseName = databaseName;
            Parent = parent;
        }

        public PostgresServerResource Parent { get; }
        public string DatabaseName { get; }

        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
            new($"{Parent.ConnectionString};Database={DatabaseName}");

        public IEnumerable<KeyValuePair<string, string>> GetConnectionProperties() => Parent.ConnectionProperties(DatabaseName);
    }

    public class RabbitMQServerResource : ContainerResource, IResourceWithConnectionString
    {
        internal RabbitMQServerResource(string name, ParameterResource? userName, ParameterResource password) : base(name)
        {
            UserNameParameter = userName;
            PasswordParameter = password;
        }

        public EndpointReference PrimaryEndpoint => new(this, "tcp");
        public ParameterResource? UserNameParameter { get; }
        public ParameterResource PasswordParameter { get; }

        internal string UserName => UserNameParameter?.ResolvedValue ?? "guest";

        private string ConnectionString =>
            $"amqp://{Uri.EscapeDataString(UserName)}:{Uri.EscapeDataString(PasswordParameter.ResolvedValue)}@{PrimaryEndpoint.Host}:{PrimaryEndpoint.Port}";

        public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(ConnectionString);

        public IEnumerable<KeyValuePair<string, string>> GetConnectionProperties() =>
        [
            new("HOST", PrimaryEndpoint.Host),
            new("PORT", $"{PrimaryEndpoint.Port}"),
            new("USERNAME", UserName),
            new("PASSWORD", PasswordParameter.ResolvedValue),
            new("URI", ConnectionString),
        ];
    }
}
