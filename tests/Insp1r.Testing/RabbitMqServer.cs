using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Insp1r.Testing.Stack;

namespace Insp1r.Testing;

/// <summary>
/// A private RabbitMQ node for one test run: own data in the temporary folder, own ports on loopback, deleted at the end. It can be
/// stopped, killed and started again, and keeps what was confirmed.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _folder = Directory.CreateTempSubdirectory("insp1r-rabbitmq-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly int _managementPort = FreePort.Next();
    private readonly int _distributionPort = FreePort.Next();
    private readonly int _nameDaemonPort = FreePort.Next();
    private readonly HttpClient _http;
    private readonly EventHandler _stopOnExit;
    private Process? _nameDaemon;
    private Process? _node;

    private RabbitMqServer()
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{_managementPort}"), Timeout = TimeSpan.FromSeconds(5) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("guest:guest")));
        // A test run that is broken off must not leave a broker running.
        _stopOnExit = (_, _) => Kill();
        AppDomain.CurrentDomain.ProcessExit += _stopOnExit;
    }

    public static async Task<RabbitMqServer> StartAsync(CancellationToken ct)
    {
        var server = new RabbitMqServer();
        try
        {
            // Its own name daemon: the node would start one that nobody stops.
            server._nameDaemon = Start(new ProcessStartInfo("epmd", ["-port", $"{server._nameDaemonPort}", "-address", "127.0.0.1"]));
            await server.WriteSettingsAsync(ct);
            await server.StartAgainAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty virtual host, so that services of the same name do not meet in one queue, and gives its address.</summary>
    public async Task<Uri> CreateHostAsync(string name, CancellationToken ct)
    {
        using var answer = await _http.PutAsJsonAsync($"/api/vhosts/{name}", new { default_queue_type = "quorum" }, ct);
        answer.EnsureSuccessStatusCode();
        return new Uri($"amqp://guest:guest@127.0.0.1:{_port}/{name}");
    }

    /// <summary>Starts the node on what it had.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        _node = Start(NodeStart());
        await Until.TrueAsync(
            async () =>
            {
                using var answer = await _http.GetAsync($"/api/health/checks/port-listener/{_port}", ct);
                return answer.IsSuccessStatusCode;
            },
            "RabbitMQ answers", ct, Patience);
    }

    /// <summary>Stops it as an operator would.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        Signals.Terminate(_node!.Id);
        await _node.WaitForExitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _stopOnExit;
        Kill();
        foreach (var process in (Process?[])[_node, _nameDaemon])
        {
            if (process is null)
                continue;
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Kill()
    {
        if (_node is { HasExited: false })
            _node.Kill();
        if (_nameDaemon is { HasExited: false })
            _nameDaemon.Kill();
    }

    private Task WriteSettingsAsync(CancellationToken ct) => Task.WhenAll(
        File.WriteAllTextAsync(Path.Combine(_folder, "rabbitmq.conf"), $"""
            listeners.tcp.1 = 127.0.0.1:{_port}
            management.tcp.ip = 127.0.0.1
            management.tcp.port = {_managementPort}
            default_user = guest
            default_pass = guest
            log.console = true
            log.console.level = error
            log.file = false
            disk_free_limit.absolute = 64MB
            raft.wal_max_size_bytes = 16777216

            """, ct),
        File.WriteAllTextAsync(Path.Combine(_folder, "enabled_plugins"), "[rabbitmq_management].", ct));

    private ProcessStartInfo NodeStart() => new(FindScript(), [])
    {
        WorkingDirectory = _folder,
        Environment =
        {
            ["HOME"] = _folder,
            ["RABBITMQ_NODENAME"] = $"test-{_port}@localhost",
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(_folder, "advanced.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(_folder, "rabbitmq-env.conf"),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "enabled_plugins"),
            ["RABBITMQ_DIST_PORT"] = $"{_distributionPort}",
            ["ERL_EPMD_PORT"] = $"{_nameDaemonPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            // The script then becomes the node, instead of a shell around it.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
            // Idle schedulers sleep at once: spinning would take the processor from the services beside it.
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
        },
    };

    private static Process Start(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    // The wrapper in /usr/sbin insists on the system's user and folders; the script that it calls does not.
    private static string FindScript() =>
        (Directory.Exists("/usr/lib/rabbitmq/lib") ? Directory.GetDirectories("/usr/lib/rabbitmq/lib", "rabbitmq_server-*") : [])
            .Select(version => Path.Combine(version, "sbin", "rabbitmq-server"))
            .LastOrDefault(File.Exists)
            ?? throw new InvalidOperationException("RabbitMQ is not installed: apt-get install rabbitmq-server");
}
