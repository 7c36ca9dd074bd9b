using System.Diagnostics;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Testing;

/// <summary>
/// A private PostgreSQL server for one test run: own data in the temporary folder, own port on loopback, deleted at the end. It does
/// not wait for the disk, so it is no server for tests that kill it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly ProcessStartInfo _start;
    private Process _process;
    private readonly EventHandler _stopOnExit;

    private PostgresServer(string folder, int port, ProcessStartInfo start)
    {
        (_folder, Port, _start, _process) = (folder, port, start, Run(start));
        // A test run that is broken off must not leave a server running.
        _stopOnExit = (_, _) => Stop();
        AppDomain.CurrentDomain.ProcessExit += _stopOnExit;
    }

    public int Port { get; }

    /// <summary>The address of one of its databases.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    public static async Task<PostgresServer> StartAsync(CancellationToken ct)
    {
        var binaries = FindBinaries();
        var folder = Directory.CreateTempSubdirectory("insp1r-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", ["postgres", folder], ct);
        await RunAsync(AsServerUser(Path.Combine(binaries, "initdb"), ["--no-sync", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-D", Path.Combine(folder, "data")]), ct);

        var port = FreePort.Next();
        // Nothing here outlives the run, so nothing is written through to the disk.
        string[] arguments =
        [
            "-D", Path.Combine(folder, "data"), "-p", $"{port}", "-k", folder, "-h", "127.0.0.1",
            "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=300", "-c", "shared_buffers=64MB",
        ];
        var server = new PostgresServer(folder, port, AsServerUser(Path.Combine(binaries, "postgres"), arguments));
        try
        {
            await server.AnswersAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken ct)
    {
        await ExecuteAsync("postgres", $"create database \"{name}\"", ct);
        return ConnectionString(name);
    }

    /// <summary>Stops it as an operator would: its clients lose their connections.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        Stop();
        await _process.WaitForExitAsync(ct);
    }

    /// <summary>Starts it on what it had.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        _process.Dispose();
        _process = Run(_start);
        await AnswersAsync(ct);
    }

    public async Task ExecuteAsync(string database, string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString(database)};Pooling=false;Timeout=5");
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _stopOnExit;
        Stop();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task AnswersAsync(CancellationToken ct) => Until.TrueAsync(
        async () =>
        {
            await ExecuteAsync("postgres", "select 1", ct);
            return true;
        },
        "PostgreSQL answers", ct, Patience);

    private static Process Run(ProcessStartInfo start)
    {
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    private void Stop()
    {
        // The server's own note of its process id: between us and it there may be the program that changed the user.
        var note = Path.Combine(_folder, "data", "postmaster.pid");
        if (!_process.HasExited && File.Exists(note) && int.TryParse(File.ReadLines(note).First(), out var processId))
            Signals.Interrupt(processId);
        else if (!_process.HasExited)
            _process.Kill();
    }

    private static string FindBinaries()
    {
        const string Versions = "/usr/lib/postgresql";
        return (Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : [])
            .Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql");
    }

    // PostgreSQL refuses to run as root.
    private static ProcessStartInfo AsServerUser(string program, string[] arguments) => Environment.IsPrivilegedProcess
        ? new("runuser", ["-u", "postgres", "--", program, .. arguments]) { WorkingDirectory = "/" }
        : new(program, arguments) { WorkingDirectory = "/" };

    private static Task RunAsync(string program, string[] arguments, CancellationToken ct) => RunAsync(new ProcessStartInfo(program, arguments), ct);

    private static async Task RunAsync(ProcessStartInfo start, CancellationToken ct)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: {await output}{await errors}");
    }
}
