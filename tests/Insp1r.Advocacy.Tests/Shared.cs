using System.Text.Json.Nodes;
using Insp1r.Contracts.Membership;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Npgsql;

[assembly: AssemblyFixture(typeof(Insp1r.Advocacy.Tests.Shared))]
// Some tests hold a transaction open, and that holds every reader of the log on the server back.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.Advocacy.Tests;

/// <summary>One database server, one broker and one service for most tests; each test works in networks of its own.</summary>
public sealed class Shared : IAsyncLifetime
{
    private int _networks;

    public PostgresServer Postgres { get; private set; } = null!;
    public RabbitMqServer RabbitMq { get; private set; } = null!;
    internal AdvocacyApp App { get; private set; } = null!;
    internal BrokerClient Broker { get; private set; } = null!;
    internal string Database { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var servers = (Postgres: PostgresServer.StartAsync(CancellationToken.None), RabbitMq: RabbitMqServer.StartAsync(CancellationToken.None));
        (Postgres, RabbitMq) = (await servers.Postgres, await servers.RabbitMq);
        Database = await Postgres.CreateDatabaseAsync("advocacy", CancellationToken.None);
        var address = await RabbitMq.CreateHostAsync("shared", CancellationToken.None);
        App = AdvocacyApp.Start(Database, address);
        Broker = await BrokerClient.ConnectAsync(address, CancellationToken.None);
        await QueuesStandAsync(App, CancellationToken.None);
        await ScalarAsync<object>("""
            insert into network_node (id, version, path, level, names)
            select gen_random_uuid(), 0, path, 'national', jsonb_build_object('en', path)
            from (select unnest(array['insp1r', 'insp1r.africa', 'insp1r.asia'])
                  union all select format('insp1r.%s.n%s', continent, n) from unnest(array['africa', 'asia']) continent, generate_series(1, 1000) n) network (path)
            """, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await App.DisposeAsync();
        await RabbitMq.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    /// <summary>A national network of its own under a continental node, africa or asia; advocacy has heard of its node.</summary>
    internal Network NewNetwork(string continent = "africa") => new(this, $"insp1r.{continent}.n{Interlocked.Increment(ref _networks)}");

    /// <summary>Returns once the service's queues are bound to what it listens to: before that the broker has nowhere to put an event.</summary>
    internal static Task QueuesStandAsync(AdvocacyApp app, CancellationToken ct) => Until.TrueAsync(
        async () => (await app.As("operator@insp1r").GetAsync("/health/ready", ct)).Json["checks"]!["masstransit-bus"]!["status"]!.GetValue<string>() == "Healthy",
        "the queues stand", ct);

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
}

/// <summary>A national network with a client of each role.</summary>
internal sealed class Network(Shared shared, string node)
{
    public string Node => node;
    public Api Reader { get; } = shared.App.As($"reader@{node}");
    public Api Contributor { get; } = shared.App.As($"contributor@{node}");
    public Api Steward { get; } = shared.App.As($"steward@{node}");

    /// <summary>Membership registers an organisation of this network; returns when advocacy knows it.</summary>
    public async Task<Guid> RegisterAsync(CancellationToken ct, string status = "active")
    {
        var id = Guid.CreateVersion7();
        await SayAsync(id, 1, status, ct);
        return id;
    }

    public Task SuspendAsync(Guid id, CancellationToken ct) => SayAsync(id, 2, "suspended", ct);

    public Task ReinstateAsync(Guid id, CancellationToken ct) => SayAsync(id, 3, "active", ct);

    /// <summary>Membership merges an organisation into another, or without one undoes that; returns when advocacy knows it.</summary>
    public async Task SayMergedAsync(Guid id, int version, Guid? into, CancellationToken ct)
    {
        var state = Events.Organisation(id, version, node, into is null ? "active" : "merged");
        await (into is { } survivor ? shared.Broker.SendAsync(new OrganisationMerged(state, survivor), ct) : shared.Broker.SendAsync(new OrganisationUnmerged(state), ct));
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<int>("select version from member_organisation where id = $1", ct, id) >= version, "advocacy knows of the merge", ct);
    }

    /// <summary>A draft with everything that a submission needs.</summary>
    public JsonObject Outcome(params Guid[] contributors) => new()
    {
        ["node"] = node,
        ["title"] = new JsonObject { ["en"] = "A national policy for the elderly", ["fr"] = "Une politique nationale pour les personnes âgées" },
        ["sourceLanguage"] = "en",
        ["statement"] = new JsonObject { ["en"] = "The government adopted a national policy for the elderly." },
        ["significance"] = new JsonObject { ["en"] = "For the first time, older people in informal work are named." },
        ["socialActor"] = "Ministry of Local Government",
        ["occurredOn"] = "2021-05-03",
        ["country"] = "RW",
        ["type"] = "policy",
        ["polarity"] = "positive",
        ["intended"] = true,
        ["policyStage"] = "adoption",
        ["sdgTargets"] = new JsonArray("1.3", "10.4"),
        ["branches"] = new JsonArray("old-age"),
        ["contributions"] = new JsonArray([.. contributors.Select(id => new JsonObject { ["organisationId"] = id, ["role"] = "advocacy brief", ["claim"] = "Wrote the brief that the ministry used." })]),
        ["evidence"] = new JsonArray(new JsonObject { ["url"] = "https://example.org/policy", ["title"] = "The policy", ["language"] = "en", ["date"] = "2021-05-03" }),
        ["publication"] = "network",
    };

    public async Task<Answer> RecordAsync(CancellationToken ct, params Guid[] contributors) =>
        (await Contributor.PostAsync("/api/v1/outcomes", Outcome(contributors).ToJsonString(), ct)).Expect(201);

    /// <summary>A submitted outcome with one contributing organisation of this network.</summary>
    public async Task<Answer> SubmitAsync(CancellationToken ct, string publication = "network")
    {
        var draft = Outcome(await RegisterAsync(ct));
        draft["publication"] = publication;
        var recorded = (await Contributor.PostAsync("/api/v1/outcomes", draft.ToJsonString(), ct)).Expect(201);
        return (await Contributor.PostAsync($"/api/v1/outcomes/{recorded.Id}/submission", null, ct)).Expect(200);
    }

    /// <summary>This network's word on an outcome.</summary>
    public Task<Answer> SayOfAsync(Guid outcome, string verdict, CancellationToken ct) =>
        Contributor.PostAsync($"/api/v1/outcomes/{outcome}/substantiations", new { node, verdict, comment = "We were there." }, ct);

    private async Task SayAsync(Guid id, int version, string status, CancellationToken ct)
    {
        var state = Events.Organisation(id, version, node, status);
        await shared.Broker.SendAsync(status == "suspended" ? new OrganisationSuspended(state) : new OrganisationUpdated(state), ct);
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<int>("select version from member_organisation where id = $1", ct, id) >= version, "advocacy knows the organisation", ct);
    }
}

internal static class Events
{
    public static OrganisationState Organisation(Guid id, int version, string node, string status = "active") => new(
        id, version, node, $"Organisation {version}", new Dictionary<string, string>(StringComparer.Ordinal) { ["fr"] = $"Association {version}" }, null, "RW",
        ["cooperative", "womens-organisation"], null, status, []);

    public static NodeState Node(Guid id, int version, string path) =>
        new(id, version, path, "national", new Dictionary<string, string>(StringComparer.Ordinal) { ["en"] = $"Network {version}", ["fr"] = $"Réseau {version}" }, "RW");
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

    public static Guid[] Ids(this Answer answer) => [.. answer.Json["items"]!.AsArray().Select(item => (Guid)item!["id"]!)];
}
