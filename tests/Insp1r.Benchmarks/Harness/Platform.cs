using System.Net.Http.Headers;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Benchmarks.Harness;

/// <summary>
/// The platform as users start it, in a state folder of its own, with rate limits that a bench stays below (they are counted all the
/// same). PostgreSQL keeps the time of each commit: so the way from one database to another is measured on one clock and costs nothing.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    public const string Client = "rwanda";

    private Platform(PlatformStack stack)
    {
        (Stack, Membership, Advocacy, Token) = (stack, Source(stack, "membership"), Source(stack, "advocacy"), "");
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = stack.Address, Timeout = TimeSpan.FromMinutes(5) };
    }

    public PlatformStack Stack { get; }
    public NpgsqlDataSource Membership { get; }
    public NpgsqlDataSource Advocacy { get; }

    /// <summary>Of a national network's client, whose grants end at its node. It holds for a quarter of an hour.</summary>
    public string Token { get; private set; }

    /// <summary>The gateway, with the token on each request.</summary>
    public HttpClient Http { get; }

    public int Postgres => Resource("postgres").ProcessId;

    public string MembershipConnection => Stack.SuperuserConnectionStringOf("membership");

    public static async Task<Platform> StartAsync(CancellationToken ct)
    {
        Report.Say("starting the platform ...");
        var stack = await PlatformStack.StartAsync(new StackOptions("bench") { Environment = RateLimits.Wide }, ct);
        try
        {
            await KeepCommitTimesAsync(stack, ct);
            return new Platform(stack);
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>The one process of that name in the model.</summary>
    public StackResource Resource(string name) => Stack.Status.ReplicasOf(name).Single();

    public async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var command = Membership.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<T> ScalarAsync<T>(NpgsqlDataSource source, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 300;
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>To be called before each figure: none of them takes as long as a token holds.</summary>
    public async Task RenewTokenAsync(CancellationToken ct)
    {
        Token = await TokenOfAsync(Client, ct);
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    // A connection that a restart of PostgreSQL broke may be used once more by the service, which then answers 503.
    public Task<string> TokenOfAsync(string client, CancellationToken ct) => Until.NotNullAsync(async () =>
    {
        var (code, token) = await Stack.CommandAsync(["token", client], ct);
        return code == 0 ? token.Trim() : throw new InvalidOperationException($"No token for {client}: {token}");
    }, $"a token for {client}", ct);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Membership.DisposeAsync();
        await Advocacy.DisposeAsync();
        await Stack.DisposeAsync();
    }

    // The setting takes effect with the server's next start, and the application host starts it again. (Asked to terminate, it would wait for its clients.)
    private static async Task KeepCommitTimesAsync(PlatformStack stack, CancellationToken ct)
    {
        await stack.ExecuteAsync("membership", "alter system set track_commit_timestamp = on", ct);
        Child.Signal(stack.Status.ReplicasOf("postgres").Single().ProcessId, Child.Interrupt);
        await Until.TrueAsync(async () => await stack.ScalarAsync<string>("membership", "show track_commit_timestamp", ct) == "on", "PostgreSQL is back and keeps commit times", ct);
        await Until.TrueAsync(() => stack.Status.AllRunning, "all is healthy again", ct);
    }

    private static NpgsqlDataSource Source(PlatformStack stack, string service) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(stack.SuperuserConnectionStringOf(service)) { ApplicationName = "bench", MaxPoolSize = 20 });
}
