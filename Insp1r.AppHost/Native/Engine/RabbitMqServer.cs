using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>A private RabbitMQ node from the distribution's scripts; its name daemon is <see cref="ErlangNameDaemon"/>.</summary>
internal sealed class RabbitMqServer(RabbitMQServerResource server, StateFolder state, ErlangPorts ports, HttpClient http)
    : Workload(server.Name, server)
{
    internal const string User = "rabbitmq";

    private readonly string _folder = state.DataOf(server.Name);

    private EndpointAnnotation? Management => server.Annotations.OfType<EndpointAnnotation>().SingleOrDefault(e => e.Name == "management");

    public override string Kind => "RabbitMQ";
    public override bool IsServer => true;
    public override string? Address => $"{server.PrimaryEndpoint.Host}:{server.PrimaryEndpoint.Port}";
    public override TimeSpan StopGrace => TimeSpan.FromSeconds(20);

    /// <summary>The wrapper in /usr/sbin insists on the system's user and folders; the script that it calls does not.</summary>
    public static string? FindScript(string libraries)
    {
        var versions = Path.Combine(libraries, "rabbitmq", "lib");
        return !Directory.Exists(versions) ? null : Directory.GetDirectories(versions, "rabbitmq_server-*")
            .OrderByDescending(v => Version.TryParse(Path.GetFileName(v)["rabbitmq_server-".Length..], out var version) ? version : new Version())
            .Select(v => Path.Combine(v, "sbin", "rabbitmq-server"))
            .FirstOrDefault(File.Exists);
    }

    public override async Task<Command> PrepareAsync(Action<string> log, CancellationToken ct)
    {
        var script = FindScript(Prerequisites.Libraries)
            ?? throw new PlatformException("RabbitMQ is not installed. Install it: sudo apt-get install rabbitmq-server");

        await ServerFolder.CreateAsync(_folder, User, log, ct);
        var settings = Path.Combine(_folder, "rabbitmq.conf");
        var plugins = Path.Combine(_folder, "enabled_plugins");
        await ServerFolder.WriteAsync(settings, Settings(), User, log, ct);
        await ServerFolder.WriteAsync(plugins, Management is null ? "[]." : "[rabbitmq_management].", User, log, ct);

        return new Command(script, [])
        {
            User = User,
            WorkingDirectory = _folder,
            Environment = new Dictionary<string, string>
            {
                ["HOME"] = _folder,
                ["RABBITMQ_NODENAME"] = ports.NodeName,
                ["RABBITMQ_CONFIG_FILE"] = settings,
                ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(_folder, "advanced.config"),
                ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "rabbitmq-env.conf"),
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
                ["RABBITMQ_DIST_PORT"] = $"{ports.Distribution}",
                ["ERL_EPMD_PORT"] = $"{ports.NameDaemon}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                // The script then becomes the node, instead of a shell around it: the process id is the node's, and so are its signals.
                ["RUNNING_UNDER_SYSTEMD"] = "true",
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1}",
            },
        };
    }

    public override async Task<string?> ProbeAsync(CancellationToken ct)
    {
        if (Management?.AllocatedEndpoint is not { } management)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.PrimaryEndpoint.Host, server.PrimaryEndpoint.Port, ct);
            return null;
        }

        // A connection without a login would leave a warning in the broker's log at each probe; this asks whether clients can connect.
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{server.UserName}:{server.PasswordParameter.ResolvedValue}"));
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"{management.UriString}/api/health/checks/port-listener/{server.PrimaryEndpoint.Port}");

        // A connection kept open would hold up the broker's stop by five seconds.
        request.Headers.ConnectionClose = true;
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        using var response = await http.SendAsync(request, ct);
        return response.IsSuccessStatusCode ? null : $"the management API answers {(int)response.StatusCode}";
    }

    private string Settings()
    {
        var settings = new StringBuilder($"""
            # Written at every start.
            listeners.tcp.1 = {server.PrimaryEndpoint.Host}:{server.PrimaryEndpoint.Port}
            default_user = {server.UserName}
            default_pass = {server.PasswordParameter.ResolvedValue}
            log.console = true
            log.console.level = info
            log.console.use_colors = off
            log.file = false
            vm_memory_high_watermark.relative = 0.25
            disk_free_limit.absolute = 256MB
            # The write-ahead log of quorum queues is held in memory as well: 512 MB by default.
            raft.wal_max_size_bytes = 67108864

            """);
        if (Management?.AllocatedEndpoint is { } management)
        {
            settings.AppendLine($"""
                management.tcp.ip = {management.Address}
                management.tcp.port = {management.Port}
                management.sample_retention_policies.global.minute = 5
                management.sample_retention_policies.basic.minute = 5
                management.sample_retention_policies.detailed.10 = 5
                """);
        }

        return settings.ToString();
    }
}

/// <summary>What a private node needs besides its endpoints; the name keeps two installations' nodes apart.</summary>
internal sealed record ErlangPorts(string NodeName, int NameDaemon, int Distribution);

/// <summary>
/// The node's own epmd. Started by the node it would become a daemon that nobody stops; as a resource it ends with the rest.
/// </summary>
internal sealed class ErlangNameDaemon(RabbitMQServerResource server, ErlangPorts ports) : Workload($"{server.Name}-epmd", server)
{
    public override string Kind => "epmd";
    public override bool IsServer => true;
    public override string? Address => $"127.0.0.1:{ports.NameDaemon}";

    public override Task<Command> PrepareAsync(Action<string> log, CancellationToken ct) =>
        Task.FromResult(new Command("epmd", ["-port", $"{ports.NameDaemon}", "-address", "127.0.0.1"]) { User = RabbitMqServer.User });

    public override async Task<string?> ProbeAsync(CancellationToken ct)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", ports.NameDaemon, ct);
        return null;
    }
}
