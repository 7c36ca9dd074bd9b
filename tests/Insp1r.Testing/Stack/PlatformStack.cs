using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace Insp1r.Testing.Stack;

/// <summary>How to start the platform for a test. <paramref name="Name"/> names its folder of logs, <c>artifacts/test-logs/NAME</c>.</summary>
public sealed record StackOptions(string Name)
{
    public int Replicas { get; init; } = 1;

    /// <summary>Load the demo data too, which goes on after the start.</summary>
    public bool Demo { get; init; }

    /// <summary>Given to every process of the stack.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>
/// The whole platform, started as users start it (<c>./insp1r up --detach --no-demo</c>), in a state folder and on a port of its own.
/// It runs what is built already. Disposing stops it, deletes its data and keeps its logs.
/// </summary>
public sealed class PlatformStack : IAsyncDisposable
{
    private readonly StackOptions _options;
    private readonly Dictionary<string, string> _environment;
    private readonly Dictionary<string, Api> _apis = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly EventHandler _stopOnExit;
    private DevelopmentClient[] _clients = [];
    private Dictionary<string, string> _connectionStrings = [];

    private PlatformStack(StackOptions options)
    {
        _options = options;
        Port = FreePort();
        StateFolder = Path.Combine(Path.GetTempPath(), $"insp1r-{options.Name}-{Path.GetRandomFileName()[..8]}");
        _environment = new Dictionary<string, string>(options.Environment, StringComparer.Ordinal)
        {
            ["INSP1R_ROOT"] = Root,
            ["INSP1R_STATE"] = StateFolder,
            ["INSP1R_PORT"] = $"{Port}",
        };
        // A test run that is broken off must not leave a platform running.
        _stopOnExit = (_, _) => SignalAppHost();
        AppDomain.CurrentDomain.ProcessExit += _stopOnExit;
    }

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    public string StateFolder { get; }
    public int Port { get; }
    public Uri Address => new($"http://127.0.0.1:{Port}");
    public IReadOnlyDictionary<string, string> Variables => _environment;
    public StackStatus Status => StackStatus.Read(StateFolder);

    /// <summary>The broker's address, as its administrator: a service's user sees its own queues only.</summary>
    public Uri Broker => new UriBuilder(_connectionStrings["rabbitmq"]) { UserName = "guest", Password = Secret("rabbitmq-password") }.Uri;

    /// <summary>The file of the development clients, which membership writes.</summary>
    public string DevelopmentClientsFile => Path.Combine(StateFolder, "membership", "development-clients.json");

    /// <summary>The file of the development accounts, which membership writes.</summary>
    public string DevelopmentAccountsFile => Path.Combine(StateFolder, "membership", "development-accounts.json");

    /// <summary>The processes that all others descend from: the application host, and the orchestrator that it started beside itself.</summary>
    public IReadOnlyList<int> Roots
    {
        get
        {
            var appHost = $"{Status.AppHost.ProcessId}";
            return
            [
                Status.AppHost.ProcessId,
                .. Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0).Where(id => id > 0 && Monitors(id)),
            ];

            bool Monitors(int id)
            {
                try
                {
                    var words = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
                    return Path.GetFileName(words[0]) == "dcp" && words.Contains("start-apiserver") && words.Contains(appHost);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            }
        }
    }

    public static async Task<PlatformStack> StartAsync(StackOptions options, CancellationToken ct)
    {
        var stack = new PlatformStack(options);
        try
        {
            var (code, output) = await stack.CommandAsync(["up", "--detach", .. options.Demo ? Array.Empty<string>() : ["--no-demo"], "--replicas", $"{options.Replicas}"], ct);
            if (code != 0)
                throw new InvalidOperationException($"./insp1r up failed with {code}:\n{output}");

            await using (var file = File.OpenRead(stack.DevelopmentClientsFile))
                stack._clients = (await JsonSerializer.DeserializeAsync<DevelopmentClient[]>(file, JsonSerializerOptions.Web, ct))!;
            foreach (var service in (string[])["membership", "advocacy", "communications"])
                stack.ReadConnectionStrings(stack.Status.ReplicasOf(service)[0].ProcessId);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Calls the gateway as a development client, such as steward or rwanda.</summary>
    public Api As(string clientId)
    {
        lock (_lock)
        {
            if (!_apis.TryGetValue(clientId, out var api))
                _apis[clientId] = api = new Api(Address, new TokenHandler(Address, _clients.Single(client => client.ClientId == clientId)));
            return api;
        }
    }

    /// <summary>Calls the gateway without a token, or with one of the test's own making in the Authorization header.</summary>
    public Api Anonymous
    {
        get
        {
            lock (_lock)
            {
                if (!_apis.TryGetValue("", out var api))
                    _apis[""] = api = new Api(Address, new SocketsHttpHandler { AllowAutoRedirect = false });
                return api;
            }
        }
    }

    /// <summary>The connection string of a service's database, as the service has it.</summary>
    public string ConnectionStringOf(string service) => _connectionStrings[$"{service}db"];

    /// <summary>The connection string of a service's database as the server's superuser: a service's own role changes rows and no tables.</summary>
    public string SuperuserConnectionStringOf(string service) =>
        new NpgsqlConnectionStringBuilder(_connectionStrings[$"{service}db"]) { Username = "postgres", Password = Secret("postgres-password") }.ConnectionString;

    /// <summary>A new connection to a service's database, as superuser; not pooled, since tests kill servers.</summary>
    public async Task<NpgsqlConnection> OpenDatabaseAsync(string service, CancellationToken ct)
    {
        var connectionString = new NpgsqlConnectionStringBuilder(SuperuserConnectionStringOf(service))
        {
            Pooling = false,
            ApplicationName = "test",
            Timeout = 5,
        };
        var connection = new NpgsqlConnection(connectionString.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one SQL statement against a service's database and reads its rows.</summary>
    public async Task<List<T>> QueryAsync<T>(string service, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var connection = await OpenDatabaseAsync(service, ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct))
            rows.Add(read(reader));
        return rows;
    }

    public async Task<T> ScalarAsync<T>(string service, string sql, CancellationToken ct) =>
        (await QueryAsync(service, sql, reader => reader.GetFieldValue<T>(0), ct)).Single();

    public async Task ExecuteAsync(string service, string sql, CancellationToken ct) =>
        await QueryAsync(service, sql, _ => 0, ct);

    /// <summary>A command of <c>./insp1r</c>, without its build step.</summary>
    public async Task<(int ExitCode, string Output)> CommandAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        // In the configuration that this test was built in.
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var cli = Path.Combine(Root, "clients", "Insp1r.Cli", "bin", framework.Parent!.Name, framework.Name, "Insp1r.Cli.dll");
        return await RunAsync("dotnet", [cli, .. arguments], ct);
    }

    /// <summary>Runs a program in the root of the repository, with the variables that name this stack.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (output)
            return (process.ExitCode, output.ToString());

        void Add(string? line)
        {
            lock (output)
                output.AppendLine(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _stopOnExit;
        foreach (var api in _apis.Values)
            api.Dispose();

        // No token: a cancelled test run stops its platform all the same.
        await CommandAsync(["down"], CancellationToken.None);
        KeepLogs();
        if (Directory.Exists(StateFolder))
            Directory.Delete(StateFolder, recursive: true);
    }

    private void KeepLogs()
    {
        var logs = Path.Combine(StateFolder, "logs");
        if (!Directory.Exists(logs))
            return;

        var kept = Directory.CreateDirectory(Path.Combine(Root, "artifacts", "test-logs", _options.Name));
        foreach (var file in Directory.GetFiles(logs))
            File.Copy(file, Path.Combine(kept.FullName, Path.GetFileName(file)), overwrite: true);
    }

    private void SignalAppHost()
    {
        try
        {
            if (Status is { State: "Starting" or "Running" } status)
                Signals.Terminate(status.AppHost.ProcessId);
        }
        catch (Exception e) when (e is IOException or JsonException or System.ComponentModel.Win32Exception)
        {
            // It never began, or has ended.
        }
    }

    private string Secret(string name) => File.ReadAllText(Path.Combine(StateFolder, "secrets", name));

    // From the process itself: so the test asks the very databases that the service writes to.
    private void ReadConnectionStrings(int processId)
    {
        const string Prefix = "ConnectionStrings__";
        var variables = File.ReadAllText($"/proc/{processId}/environ").Split('\0').Where(variable => variable.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            _connectionStrings[variable[Prefix.Length..equals]] = variable[(equals + 1)..];
        }
    }

    // Below the kernel's range for outgoing connections, one of which could take the port while the gateway restarts.
    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(32_000, 32_700);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Insp1r.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("This test runs inside the repository only.");
    }
}

/// <summary>An entry of development-clients.json.</summary>
public sealed record DevelopmentClient(string ClientId, string Secret, string[] Grants, string[] Scopes);
