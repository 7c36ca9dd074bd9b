using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Insp1r.Contracts;
using Insp1r.Contracts.Membership;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.Advocacy.Tests;

/// <summary>What advocacy knows of nodes and organisations, whatever happens on the way.</summary>
public sealed class ReplicaTests(Shared shared)
{
    private const int Subjects = 4;
    private const string Queue = "advocacy.organisations";

    // More than the queue hands out at once: when all of these are applied, everything sent before them is.
    private const int Barrier = 64;

    private static readonly Gen<Delivery[]> Deliveries =
        from deliveries in Gen.ArrayOf(
            from subject in Gen.Choose(0, Subjects - 1)
            from version in Gen.Choose(1, 6)
            select new Delivery(subject, version)).Where(all => all.Length > 0)
        select deliveries;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task I2_Organisations_ShuffledDoubledAndOutOfOrder_EndAtTheHighestVersion()
    {
        var expected = new Dictionary<Guid, int>();

        Prop.ForAll(Deliveries.ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (deliveries, packSize) =>
        {
            var ids = Enumerable.Range(0, Subjects).Select(_ => Guid.CreateVersion7()).ToArray();
            var packs = deliveries
                .Select(delivery => (IEvent)new OrganisationUpdated(Events.Organisation(ids[delivery.Subject], delivery.Version, "insp1r.asia.np")))
                .Chunk(packSize);
            Task.WhenAll(packs.Select(pack => shared.Broker.SendAsync("membership.organisation-updated.v1", [.. pack.Select(PackItem.Of)], Ct))).GetAwaiter().GetResult();
            foreach (var subject in deliveries.GroupBy(delivery => delivery.Subject))
                expected[ids[subject.Key]] = subject.Max(delivery => delivery.Version);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
        await DrainAsync(shared.Database, shared.Broker);

        var found = await VersionsAsync(shared.Database, "member_organisation");
        Assert.All(expected, pair => Assert.Equal((pair.Key, pair.Value), (pair.Key, found[pair.Key])));
        // The whole row is of one version, not only its number.
        Assert.Equal(0L, await shared.ScalarAsync<long>("select count(*) from member_organisation where name <> 'Organisation ' || version", Ct));
    }

    [Fact]
    public async Task I2_Nodes_ShuffledAndDoubled_EndAtTheHighestVersion()
    {
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToArray();
        var events = ids.SelectMany(id => Enumerable.Range(1, 5).SelectMany(version => Enumerable.Repeat(Events.Node(id, version, $"insp1r.asia.x{id:N}"), 2))).ToArray();
        Random.Shared.Shuffle(events);

        await Task.WhenAll(events.Chunk(7).Select(pack => shared.Broker.SendAsync("membership.node-changed.v1", [.. pack.Select(state => PackItem.Of(new NodeChanged(state)))], Ct)));

        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(*) from network_node where id = any($1) and version = 5 and names->>'fr' = 'Réseau 5'", Ct, ids) == 20,
            "every node is at version 5", Ct);
    }

    [Fact]
    public async Task PoisonEvent_GoesToTheErrorQueueAlone_ItsNeighboursAreApplied_AndAReplayAppliesIt()
    {
        await using var own = await OwnService.StartAsync(shared, "poison", Ct);
        var organisations = Enumerable.Range(0, 6).Select(i => Events.Organisation(Guid.CreateVersion7(), 1, "insp1r.africa.rw") with { Name = i == 2 ? "poison" : $"good {i}" }).ToList();
        await own.ExecuteAsync("""
            create function refuse() returns trigger language plpgsql as 'begin raise exception ''no such name''; end';
            create trigger refuse before insert on member_organisation for each row when (new.name = 'poison') execute function refuse();
            """, Ct);
        var items = organisations.Select(state => PackItem.Of(new OrganisationRegistered(state))).ToList();
        items.Insert(4, new PackItem(Guid.CreateVersion7(), new JsonObject { ["state"] = "not a state" }));

        await own.Broker.SendAsync("membership.organisation-registered.v1", items, Ct);

        await Until.TrueAsync(async () => await own.ErrorsAsync(Ct) == 2, "two messages failed", Ct);
        Assert.Equal(5, (await VersionsAsync(own.Database, "member_organisation")).Count);
        var failed = (await own.Operator.GetAsync($"/api/v1/operations/advocacy/errors/{Queue}", Ct)).Expect(200).Json["items"]!.AsArray();
        Assert.All(failed, message => Assert.Equal((1, "membership.organisation-registered.v1"), ((int)message!["events"]!, (string)message["eventType"]!)));
        Assert.Contains(failed, message => ((string)message!["reason"]!).Contains("no such name", StringComparison.Ordinal));
        Assert.Contains(failed, message => ((string)message!["reason"]!).Contains("could not be converted", StringComparison.Ordinal));

        await own.ExecuteAsync("drop trigger refuse on member_organisation", Ct);
        Assert.Equal(2, (int)(await own.Operator.PostAsync($"/api/v1/operations/advocacy/errors/{Queue}/replay", null, Ct)).Expect(200).Json["rows"]!);
        Assert.Equal(
            $"{Queue} 2",
            await Shared.ScalarAsync<string>(own.Database, """
                select string_agg(format('%s %s', payload #>> '{after,queue}', payload #>> '{after,messages}'), ', ')
                from change_log where type = 'advocacy.queue-replayed' and visibility = 'audit' and actor <> 'system'
                """, Ct));
        await Until.TrueAsync(async () => (await VersionsAsync(own.Database, "member_organisation")).Count == 6, "the mended one is applied", Ct);
        await Until.TrueAsync(async () => await own.ErrorsAsync(Ct) == 1, "the spoiled one failed again", Ct);
    }

    [Fact]
    public async Task I5_Replica_Deleted_IsBuiltAgainByAReplayOfTheLog()
    {
        await using var own = await OwnService.StartAsync(shared, "replay", Ct);
        await using var membership = await own.StartMembershipAsync(Ct);
        var history = OrganisationHistories(50, 4);
        foreach (var chunk in history.Chunk(40))
            await membership.SayAsync(chunk, Ct);
        await own.FollowsAsync(history, Ct);

        await own.ExecuteAsync("truncate member_organisation", Ct);
        var replayed = (await membership.Operator.PostAsync("/api/v1/operations/membership/log/replay", new { }, Ct)).Expect(200);

        Assert.Equal(200, (int)replayed.Json["rows"]!);
        await own.FollowsAsync(history, Ct);
    }

    [Fact]
    public async Task I2_BrokerStoppedAndStarted_WhileMembershipWrites_LosesNothing()
    {
        await using var rabbitMq = await RabbitMqServer.StartAsync(Ct);
        await using var own = await OwnService.StartAsync(shared, "broker", Ct, rabbitMq: rabbitMq);
        await using var membership = await own.StartMembershipAsync(Ct);
        var history = OrganisationHistories(100, 5);

        var writes = WriteAsync(membership, history);
        await own.HasAsync(1, Ct);
        await rabbitMq.StopAsync(Ct);
        await writes;
        await rabbitMq.StartAgainAsync(Ct);

        await own.FollowsAsync(history, Ct);
        Assert.Equal(0L, await Shared.ScalarAsync<long>(own.MembershipDatabase, "select count(*) from change_log_dead", Ct));
    }

    [Fact]
    public async Task I2_PostgresStoppedAndStarted_WhileMessagesFlow_LosesNothing()
    {
        await using var postgres = await PostgresServer.StartAsync(Ct);
        await using var own = await OwnService.StartAsync(shared, "postgres", Ct, postgres: postgres);
        await using var membership = await own.StartMembershipAsync(Ct);
        var history = OrganisationHistories(100, 5);

        var writes = WriteAsync(membership, history);
        await own.HasAsync(1, Ct);
        await postgres.StopAsync(Ct);
        await writes;
        await postgres.StartAgainAsync(Ct);

        await own.FollowsAsync(history, Ct);
        Assert.Equal(0, await own.ErrorsAsync(Ct));
    }

    private static async Task WriteAsync(NeighbourService membership, IReadOnlyList<IOrganisationEvent> history)
    {
        foreach (var happened in history)
            await membership.SayAsync(happened, Ct);
    }

    // Versions of each organisation in order, organisations interleaved.
    private static IReadOnlyList<IOrganisationEvent> OrganisationHistories(int organisations, int versions)
    {
        var ids = Enumerable.Range(0, organisations).Select(_ => Guid.CreateVersion7()).ToArray();
        return [.. Enumerable.Range(1, versions).SelectMany(version => ids.Select(id => new OrganisationUpdated(Events.Organisation(id, version, "insp1r.africa.rw"))))];
    }

    private static async Task DrainAsync(string database, BrokerClient broker)
    {
        var ids = Enumerable.Range(0, Barrier).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in ids)
            await broker.SendAsync(new OrganisationUpdated(Events.Organisation(id, 1, "insp1r.asia.np")), Ct);
        await Until.TrueAsync(
            async () => await Shared.ScalarAsync<long>(database, "select count(*) from member_organisation where id = any($1)", Ct, ids) == Barrier, "the queue is drained", Ct);
    }

    internal static async Task<Dictionary<Guid, int>> VersionsAsync(string database, string table)
    {
        await using var connection = new Npgsql.NpgsqlConnection($"{database};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new Npgsql.NpgsqlCommand($"select id, version from {table}", connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var versions = new Dictionary<Guid, int>();
        while (await reader.ReadAsync(Ct))
            versions.Add(reader.GetGuid(0), reader.GetInt32(1));
        return versions;
    }

    private sealed record Delivery(int Subject, int Version);
}

/// <summary>A service with a database and a virtual host of its own, for tests that break something.</summary>
internal sealed class OwnService : IAsyncDisposable
{
    private readonly Shared _shared;
    private readonly string _name;
    private readonly Uri _address;
    private readonly AdvocacyApp _app;

    private OwnService(Shared shared, string name, string database, Uri address, AdvocacyApp app, BrokerClient broker) =>
        (_shared, _name, Database, _address, _app, Broker) = (shared, name, database, address, app, broker);

    public string Database { get; }
    public string MembershipDatabase { get; private set; } = "";
    public BrokerClient Broker { get; }
    public Api Operator => _app.As("operator@insp1r");

    public static async Task<OwnService> StartAsync(Shared shared, string name, CancellationToken ct, PostgresServer? postgres = null, RabbitMqServer? rabbitMq = null)
    {
        var database = await (postgres ?? shared.Postgres).CreateDatabaseAsync($"advocacy_{name}", ct);
        var address = await (rabbitMq ?? shared.RabbitMq).CreateHostAsync(name, ct);
        var app = AdvocacyApp.Start(database, address);
        await Shared.QueuesStandAsync(app, ct);
        return new OwnService(shared, name, database, address, app, await BrokerClient.ConnectAsync(address, ct));
    }

    public async Task<NeighbourService> StartMembershipAsync(CancellationToken ct)
    {
        MembershipDatabase = await _shared.Postgres.CreateDatabaseAsync($"membership_{_name}", ct);
        return await NeighbourService.StartAsync("membership", MembershipDatabase, _address, ct);
    }

    public async Task ExecuteAsync(string sql, CancellationToken ct) => await Shared.ScalarAsync<object>(Database, sql, ct);

    public async Task<int> ErrorsAsync(CancellationToken ct) =>
        (int)(await Operator.GetAsync("/api/v1/operations/advocacy/errors", ct)).Expect(200).Json["advocacy.organisations"]!;

    public Task HasAsync(int organisations, CancellationToken ct) => Until.TrueAsync(
        async () => await Shared.ScalarAsync<long>(Database, "select count(*) from member_organisation", ct) >= organisations, "the first organisations are there", ct);

    /// <summary>Returns once the replica holds each organisation of this history at its last version, and nothing else.</summary>
    public async Task FollowsAsync(IReadOnlyList<IOrganisationEvent> history, CancellationToken ct)
    {
        var expected = history.GroupBy(happened => happened.State.Id).ToDictionary(subject => subject.Key, subject => subject.Max(happened => happened.State.Version));
        await Until.TrueAsync(
            async () =>
            {
                var found = await ReplicaTests.VersionsAsync(Database, "member_organisation");
                return found.Count == expected.Count && expected.All(pair => found.GetValueOrDefault(pair.Key) == pair.Value);
            },
            "the replica equals what membership said", ct, TimeSpan.FromSeconds(120));
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await _app.DisposeAsync();
    }
}
