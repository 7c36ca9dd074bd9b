using Insp1r.Contracts;
using Insp1r.Contracts.Advocacy;
using Insp1r.Contracts.Membership;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Npgsql;

[assembly: AssemblyFixture(typeof(Insp1r.Communications.Tests.Shared))]
// Some tests hold a transaction open, and that holds every reader of the log on the server back.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.Communications.Tests;

/// <summary>One database server, one broker and one service for most tests; each test works in networks of its own.</summary>
public sealed class Shared : IAsyncLifetime
{
    private int _networks;

    public PostgresServer Postgres { get; private set; } = null!;
    public RabbitMqServer RabbitMq { get; private set; } = null!;
    internal CommunicationsApp App { get; private set; } = null!;
    internal BrokerClient Broker { get; private set; } = null!;
    internal string Database { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var servers = (Postgres: PostgresServer.StartAsync(CancellationToken.None), RabbitMq: RabbitMqServer.StartAsync(CancellationToken.None));
        (Postgres, RabbitMq) = (await servers.Postgres, await servers.RabbitMq);
        Database = await Postgres.CreateDatabaseAsync("communications", CancellationToken.None);
        var address = await RabbitMq.CreateHostAsync("shared", CancellationToken.None);
        App = CommunicationsApp.Start(Database, address);
        Broker = await BrokerClient.ConnectAsync(address, CancellationToken.None);
        await QueuesStandAsync(App, CancellationToken.None);
        await AddNodesAsync(Database, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await App.DisposeAsync();
        await RabbitMq.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    /// <summary>The path of a national network of its own under a continental node, africa or asia; its name is its path until membership says another.</summary>
    internal string NewNode(string continent = "africa") => $"insp1r.{continent}.n{Interlocked.Increment(ref _networks)}";

    /// <summary>Returns once the service's queues are bound to what it listens to: before that the broker has nowhere to put an event.</summary>
    internal static Task QueuesStandAsync(CommunicationsApp app, CancellationToken ct) => Until.TrueAsync(
        async () => (await app.As("operator@insp1r").GetAsync("/health/ready", ct)).Json["checks"]!["masstransit-bus"]!["status"]!.GetValue<string>() == "Healthy",
        "the queues stand", ct);

    /// <summary>Puts the nodes that tests use into a service's copy of the network.</summary>
    internal static Task AddNodesAsync(string database, CancellationToken ct) => ScalarAsync<object>(database, """
        insert into network_node (id, version, path, level, names)
        select gen_random_uuid(), 0, path, 'national', jsonb_build_object('en', path)
        from (select unnest(array['insp1r', 'insp1r.africa', 'insp1r.asia', 'insp1r.africa.bi', 'insp1r.africa.rw'])
              union all select format('insp1r.%s.n%s', continent, n) from unnest(array['africa', 'asia']) continent, generate_series(1, 1000) n) network (path)
        """, ct);

    internal Task<T?> ScalarAsync<T>(string sql, CancellationToken ct, params object[] values) => ScalarAsync<T>(Database, sql, ct, values);

    internal static async Task<T?> ScalarAsync<T>(string database, string sql, CancellationToken ct, params object[] values)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(ct) is T found ? found : default;
    }

    internal Task<long> AnnouncementsOfAsync(Guid outcome, CancellationToken ct) =>
        ScalarAsync<long>("select count(*) from announcement where outcome_id = $1", ct, outcome);

    /// <summary>Tells of an outcome, and returns its announcements once they are drafted.</summary>
    internal async Task<Answer> DraftAsync(OutcomeSubstantiated happened, CancellationToken ct)
    {
        await Broker.SendAsync(happened, ct);
        return await DraftedAsync(happened, ct);
    }

    internal async Task<Answer> DraftedAsync(OutcomeSubstantiated happened, CancellationToken ct)
    {
        var root = App.As("reader@insp1r");
        return await Until.NotNullAsync(
            async () => (await root.GetAsync($"/api/v1/announcements?outcome={happened.State.Id}", ct)).Expect(200) is var listed && listed.Json["items"]!.AsArray().Count > 0 ? listed : null,
            "the announcements are drafted", ct);
    }

    internal async Task NodeAsync(string path, string level, string? country, CancellationToken ct, params (string Language, string Name)[] names)
    {
        var state = new NodeState(Guid.CreateVersion7(), 1, path, level, names.ToDictionary(name => name.Language, name => name.Name, StringComparer.Ordinal), country);
        await Broker.SendAsync(new NodeAdded(state), ct);
        await Until.TrueAsync(async () => await ScalarAsync<long>("select count(*) from network_node where id = $1", ct, state.Id) == 1, "the node is known", ct);
    }

    internal async Task<Guid> OrganisationAsync(string node, string name, CancellationToken ct, Guid? id = null, params (string Language, string Name)[] names)
    {
        var state = new OrganisationState(
            id ?? Guid.CreateVersion7(), 1, node, name, names.ToDictionary(n => n.Language, n => n.Name, StringComparer.Ordinal), null, "RW", ["cooperative"], null, "active", []);
        await Broker.SendAsync(new OrganisationRegistered(state), ct);
        await Until.TrueAsync(async () => await ScalarAsync<long>("select count(*) from member_organisation where id = $1", ct, state.Id) == 1, "the organisation is known", ct);
        return state.Id;
    }
}

internal static class Outcomes
{
    public static OutcomeSubstantiated Substantiated(string owner, string by, params (Guid Organisation, string Node)[] contributions) => new(
        new OutcomeState(
            Guid.CreateVersion7(), 3, owner,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = "A national policy for the elderly", ["fr"] = "Une politique nationale pour les personnes âgées" },
            "fr", "RW", new DateOnly(2021, 5, 1), "substantiated", [.. contributions.Select(c => new ContributionState(c.Organisation, c.Node))]),
        by, new DateOnly(2026, 2, 3));
}

internal static class Answers
{
    /// <summary>The pointers and codes of a problem's errors, such as <c>/title required</c>.</summary>
    public static string[] Faults(this Answer answer) =>
        [.. answer.Json["errors"]?.AsArray().Select(error => $"{error!["pointer"]} {error["code"]}") ?? []];

    /// <summary>Asserts that the answer is this problem.</summary>
    public static Answer IsProblem(this Answer answer, int status, string name)
    {
        Assert.True(answer.Status == status && answer.Problem == $"/problems/{name}", $"Expected {status} {name}: {answer}");
        return answer;
    }

    public static (string, string) IfMatch(this Answer answer) => ("If-Match", answer.ETag!);

    public static string[] Nodes(this Answer answer) => [.. answer.Json["items"]!.AsArray().Select(item => (string)item!["node"]!).Order(StringComparer.Ordinal)];

    /// <summary>The id of the listed announcement of this node.</summary>
    public static Guid IdOf(this Answer answer, string node) => (Guid)answer.Json["items"]!.AsArray().Single(item => (string)item!["node"]! == node)!["id"]!;
}
