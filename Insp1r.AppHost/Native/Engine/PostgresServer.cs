using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Insp1r.Platform;
using Npgsql;

namespace Insp1r.NativeHosting;

/// <summary>A private PostgreSQL instance from the distribution's binaries; never the system's service.</summary>
internal sealed class PostgresServer(PostgresServerResource server, StateFolder state, SecretStore secrets, StatusBoard board)
    : Workload(server.Name, server)
{
    private const string User = "postgres";

    private readonly string _folder = state.DataOf(server.Name);
    private bool _databasesReady;

    private string Data => Path.Combine(_folder, "data");

    public override string Kind => "PostgreSQL";
    public override bool IsServer => true;
    public override string? Address => $"{server.PrimaryEndpoint.Host}:{server.PrimaryEndpoint.Port}";

    // A fast shutdown: sessions are ended, transactions rolled back, and the next start needs no recovery.
    public override int StopSignal => Signals.Interrupt;
    public override TimeSpan StopGrace => TimeSpan.FromSeconds(30);

    /// <summary>The newest server binaries, or those of the version that made the data.</summary>
    public static string? FindBinaries(string libraries, string? version = null)
    {
        var versions = Path.Combine(libraries, "postgresql");
        return !Directory.Exists(versions) ? null : Directory.GetDirectories(versions)
            .Where(v => version is null || Path.GetFileName(v) == version)
            .OrderByDescending(v => int.TryParse(Path.GetFileName(v), CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(v => Path.Combine(v, "bin"))
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")) && File.Exists(Path.Combine(bin, "initdb")));
    }

    public override async Task<Command> PrepareAsync(Action<string> log, CancellationToken ct)
    {
        SetDatabases(ResourceState.Waiting);
        await ServerFolder.CreateAsync(_folder, User, log, ct);

        if (!Directory.Exists(Data))
            await InitialiseAsync(log, ct);

        await StopLeftoverAsync(ct);
        await WriteSettingsAsync(ct);

        return new Command(Path.Combine(Binaries(), "postgres"), ["-D", Data])
        {
            User = User,
            WorkingDirectory = _folder,
            SignalOnOrphaned = "INT",
        };
    }

    public override async Task<string?> ProbeAsync(CancellationToken ct)
    {
        // Asking a server that still recovers would fill its log with refusals; it tells its own state here.
        if (!IsReady())
            return "starting";

        // Without a pool each probe proves that a new connection can be made.
        await using var connection = new NpgsqlConnection($"{server.ConnectionString};Database=postgres;Pooling=false;Timeout=5;Command Timeout=5");
        try
        {
            await connection.OpenAsync(ct);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidPassword)
        {
            return $"the password in {secrets.PathOf(server.PasswordParameter.Name)} is not the one that the data in {_folder} was made with. "
                + "Put the old one back, or start over: ./insp1r reset";
        }

        if (!_databasesReady)
            await CreateDatabasesAsync(connection, ct);

        await using var command = new NpgsqlCommand("select 1", connection);
        await command.ExecuteScalarAsync(ct);
        return null;
    }

    private async Task CreateDatabasesAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        foreach (var database in server.DatabaseResources)
        {
            await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection);
            exists.Parameters.AddWithValue(database.DatabaseName);
            if (await exists.ExecuteScalarAsync(ct) is null)
            {
                var name = new NpgsqlCommandBuilder().QuoteIdentifier(database.DatabaseName);
                await using var create = new NpgsqlCommand($"create database {name}", connection);
                await create.ExecuteNonQueryAsync(ct);
            }
        }

        SetDatabases(ResourceState.Running);
    }

    private void SetDatabases(ResourceState state)
    {
        _databasesReady = state == ResourceState.Running;
        foreach (var database in server.DatabaseResources)
            board.Update(database.Name, s => s with { State = state });
    }

    private async Task InitialiseAsync(Action<string> log, CancellationToken ct)
    {
        // Made beside its place and moved there when whole: an interrupted first start leaves nothing that looks like data.
        var unfinished = Path.Combine(_folder, "data.new");
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        var passwordFile = Path.Combine(_folder, "password.new");
        await ServerFolder.WriteAsync(passwordFile, server.PasswordParameter.ResolvedValue, User, log, ct);
        var initdb = Path.Combine(Binaries(), "initdb");
        string[] arguments =
        [
            "-D", unfinished, "-U", server.UserName, "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", $"--pwfile={passwordFile}", "-N",
        ];
        await RunAsync(arguments);
        await File.AppendAllTextAsync(Path.Combine(unfinished, "postgresql.conf"), "\ninclude = 'insp1r.conf'\n", ct);
        await File.WriteAllTextAsync(Path.Combine(unfinished, "insp1r.conf"), "", ct);
        await RunAsync(["-S", "-D", unfinished]);
        File.Delete(passwordFile);
        Directory.Move(unfinished, Data);

        Task RunAsync(string[] arguments) =>
            ChildProcess.RunAsync(new Command(initdb, arguments) { User = User, WorkingDirectory = _folder }, "Making the database folder", log, ct);
    }

    private Task WriteSettingsAsync(CancellationToken ct) => File.WriteAllTextAsync(Path.Combine(Data, "insp1r.conf"), $"""
        # Written at every start.
        listen_addresses = '{server.PrimaryEndpoint.Host}'
        port = {server.PrimaryEndpoint.Port}
        unix_socket_directories = ''
        max_connections = 300
        shared_buffers = 128MB
        fsync = on
        # A first bulk load is planned for only once it was analysed: look for that every few seconds, not every minute.
        autovacuum_naptime = 5s
        synchronous_commit = on
        statement_timeout = 0
        idle_in_transaction_session_timeout = 60s
        # Short statements only: compiling them costs more than it gains.
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        logging_collector = off
        log_destination = 'stderr'
        log_checkpoints = off
        # The details of an error quote rows, and with them people.
        log_error_verbosity = terse

        """, ct);

    /// <summary>Stops an instance that outlived an engine killed the hard way; the data folder serves one at a time.</summary>
    private async Task StopLeftoverAsync(CancellationToken ct)
    {
        var file = Path.Combine(Data, "postmaster.pid");
        if (!File.Exists(file))
            return;

        var line = (await File.ReadAllLinesAsync(file, ct)).FirstOrDefault();
        if (int.TryParse(line, CultureInfo.InvariantCulture, out var id) && ProcessIdentity.Find(id) is { } leftover && ServesOurData(id))
        {
            leftover.Signal(Signals.Interrupt);
            if (!await leftover.WaitForExitAsync(TimeSpan.FromSeconds(15), ct))
                leftover.Signal(Signals.Quit);
            await leftover.WaitForExitAsync(TimeSpan.FromSeconds(5), ct);
        }

        // Its id may belong to another server's process by now, which would make this one refuse to start.
        File.Delete(file);
    }

    private bool ServesOurData(int processId) =>
        Directory.ResolveLinkTarget($"/proc/{processId}/cwd", returnFinalTarget: false)?.FullName == Data;

    // The eighth line is what pg_ctl waits for.
    private bool IsReady()
    {
        var file = Path.Combine(Data, "postmaster.pid");
        return File.Exists(file) && File.ReadLines(file).ElementAtOrDefault(7)?.Trim() == "ready";
    }

    private string Binaries()
    {
        var versionFile = Path.Combine(Data, "PG_VERSION");
        var version = File.Exists(versionFile) ? File.ReadAllText(versionFile).Trim() : null;
        return FindBinaries(Prerequisites.Libraries, version) ?? throw new PlatformException(version is null
            ? "The PostgreSQL server is not installed. Install it: sudo apt-get install postgresql"
            : $"The data in {Data} was made by PostgreSQL {version}, which is not installed. Install it: sudo apt-get install postgresql-{version}");
    }
}
