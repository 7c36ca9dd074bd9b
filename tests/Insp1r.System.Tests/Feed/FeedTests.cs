using System.Diagnostics;
using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Feed;

/// <summary>The change feed: nothing skipped, nothing twice, nothing of others, and at once.</summary>
public sealed class FeedTests(Platform platform)
{
    private const string Path = "/api/v1/changes/membership";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Walk_FromTheBeginning_EqualsTheTable()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var mali = platform.Stack.As("mali");
        var organisation = (await mali.PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, "Walked"), Ct)).Expect(201);
        (await mali.PatchAsync($"/api/v1/organisations/{organisation.Id}", new { acronym = "W" }, Ct, Network.IfMatch(1))).Expect(200);

        var walked = await WalkAsync(platform.Stack.As("reader"), "limit=3", () => true);

        Assert.Equal(walked.Count, walked.Distinct().Count());
        // Of organisations, networks and erased persons the feed tells each version, so the last is the table's; other records have tables of many shapes.
        const string Told = """
            select id, version from member_organisation union all select id, version from network_node union all select id, version from person where erased_at is not null
            union all select subject_id, max(subject_version) from change_log where visibility = 'feed' and subject not in ('organisation', 'node', 'person') group by subject_id
            """;
        var table = await platform.Stack.QueryAsync("membership", Told, row => (row.GetGuid(0), row.GetInt32(1)), Ct);
        Assert.Equal(table.Order(), walked.GroupBy(change => change.Subject).Select(subject => (subject.Key, subject.Max(change => change.Version))).Order());
    }

    [Fact]
    public async Task Walk_Under16Writers_MissesNothingAndRepeatsNothing()
    {
        const int Writers = 16;
        const int Each = 25;
        await Network.EnsureAsync(platform.Stack, Ct);
        var start = (string)(await LastPageAsync(platform.Stack.As("reader")))["next"]!;
        using var done = new CancellationTokenSource();
        var follower = WalkAsync(platform.Stack.As("reader"), "limit=50&wait=1", () => done.IsCancellationRequested, start);

        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));
        await done.CancelAsync();
        var walked = await follower;

        // Whatever else happens at the same time, such as an earlier test's events, is not ours.
        var expected = written.SelectMany(changes => changes).Order().ToList();
        var subjects = expected.Select(change => change.Subject).ToHashSet();
        Assert.Equal(Writers * Each * 2, expected.Count);
        Assert.Equal(expected, walked.Where(change => subjects.Contains(change.Subject)).Order());

        async Task<List<(Guid Subject, int Version)>> WriteAsync(int writer)
        {
            var network = ((Network.National[])[Network.Mali, Network.Nepal, Network.Rwanda, Network.BurkinaFaso])[writer % 4];
            var api = platform.Stack.As(network.Client);
            var changes = new List<(Guid, int)>();
            for (var i = 0; i < Each; i++)
            {
                var added = (await api.PostAsync("/api/v1/organisations", Network.Organisation(network, $"Concurrent {writer}-{i}"), Ct)).Expect(201);
                var changed = (await api.PatchAsync($"/api/v1/organisations/{added.Id}", new { name = $"Concurrent {writer}-{i} b" }, Ct, Network.IfMatch(added.Version))).Expect(200);
                changes.AddRange([(added.Id, added.Version), (added.Id, changed.Version)]);
            }

            return changes;
        }
    }

    [Fact]
    public async Task Feed_WithAnOpenTransaction_WaitsForItInsteadOfSkippingIt()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        await Replication.UntilCompleteAsync(platform.Stack, Until.Generous, Ct);
        var reader = platform.Stack.As("reader");
        var cursor = (string)(await LastPageAsync(reader))["next"]!;

        // An older transaction that will commit after a younger one: the order of commits is not that of the numbers.
        await using var connection = await platform.Stack.OpenDatabaseAsync("membership", Ct);
        await using var older = await connection.BeginTransactionAsync(Ct);
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = "update network_node set version = version + 1 where path = 'insp1r.africa' returning id, version";
            await command.ExecuteNonQueryAsync(Ct);
            command.CommandText = """
                insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
                select gen_random_uuid(), 'membership.node-changed.v1', 'node', id, version, path, 'feed',
                  json_build_object('state', json_build_object('id', id, 'version', version, 'path', path, 'level', level, 'names', names, 'country', country)), now()
                from network_node where path = 'insp1r.africa'
                """;
            await command.ExecuteNonQueryAsync(Ct);
        }

        var younger = (await platform.Stack.As("mali").PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, "Younger"), Ct)).Expect(201);
        var held = (await reader.GetAsync($"{Path}?after={cursor}", Ct)).Expect(200).Json;
        await older.CommitAsync(Ct);
        var released = (await reader.GetAsync($"{Path}?after={(string)held["next"]!}&wait=30", Ct)).Expect(200).Json;

        Assert.Empty(held["items"]!.AsArray());
        Assert.Equal(["membership.node-changed.v1", "membership.organisation-registered.v1"], released["items"]!.AsArray().Select(item => (string)item!["type"]!));
        Assert.Equal(younger.Id, Guid.Parse((string)released["items"]![1]!["subjectId"]!));
    }

    [Fact]
    public async Task Wait_WhileNothingHappens_ReturnsWhenAChangeComes()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var nepal = platform.Stack.As("nepal");
        var cursor = (string)(await LastPageAsync(nepal))["next"]!;

        var start = Stopwatch.GetTimestamp();
        var asked = DateTimeOffset.UtcNow;
        var waiting = nepal.GetAsync($"{Path}?after={cursor}&wait=60", Ct);
        // Its first look has ended, so it waits.
        await Until.TrueAsync(async () => await LooksAsync() > 0, "the feed has looked once", Ct);
        var added = (await nepal.PostAsync("/api/v1/organisations", Network.Organisation(Network.Nepal, "Awaited"), Ct)).Expect(201);
        var page = (await waiting).Expect(200).Json;

        Assert.Equal(added.Id, Guid.Parse((string)Assert.Single(page["items"]!.AsArray())!["subjectId"]!));
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "It waited on although there was a change.");

        Task<long> LooksAsync() => platform.Stack.ScalarAsync<long>(
            "membership",
            $"select count(*) from pg_stat_activity where application_name = 'membership' and query like '%pg_snapshot_xmin%' and state = 'idle' and query_start > '{asked:O}'", Ct);
    }

    [Fact]
    public async Task Wait_WithoutAnyChange_EndsWithAnEmptyPageAndACursor()
    {
        var reader = platform.Stack.As("reader");
        await Replication.UntilCompleteAsync(platform.Stack, Until.Generous, Ct);
        var cursor = (string)(await LastPageAsync(reader))["next"]!;

        var page = (await reader.GetAsync($"{Path}?after={cursor}&wait=1", Ct)).Expect(200).Json;

        Assert.Empty(page["items"]!.AsArray());
        Assert.False((bool)page["more"]!);
        Assert.Equal(200, (await reader.GetAsync($"{Path}?after={(string)page["next"]!}", Ct)).Status);
    }

    [Fact]
    public async Task Feed_OfOneNetwork_HasNothingOfAnother()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        (await platform.Stack.As("mali").PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, "Of Mali"), Ct)).Expect(201);

        var page = (await platform.Stack.As("nepal").GetAsync($"{Path}?limit=1000", Ct)).Expect(200).Json;

        Assert.All(page["items"]!.AsArray(), item => Assert.Equal("insp1r.asia.np", (string)item!["node"]!));
    }

    [Fact]
    public async Task Cursor_OfAnotherClientOrFilter_IsRefused()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var cursor = (string)(await platform.Stack.As("mali").GetAsync(Path, Ct)).Expect(200).Json["next"]!;

        var other = await platform.Stack.As("nepal").GetAsync($"{Path}?after={cursor}", Ct);
        var filtered = await platform.Stack.As("mali").GetAsync($"{Path}?after={cursor}&type=membership.organisation-registered.v1", Ct);

        Assert.Equal((400, "/problems/cursor-of-another-filter"), (other.Status, other.Problem));
        Assert.Equal((400, "/problems/cursor-of-another-filter"), (filtered.Status, filtered.Problem));
    }

    private static async Task<JsonNode> LastPageAsync(Api api)
    {
        var page = (await api.GetAsync($"{Path}?limit=1000", Ct)).Expect(200).Json;
        while ((bool)page["more"]!)
            page = (await api.GetAsync($"{Path}?limit=1000&after={(string)page["next"]!}", Ct)).Expect(200).Json;
        return page;
    }

    // Walks on until there is no more and the caller says that nothing will come.
    private static async Task<List<(Guid Subject, int Version)>> WalkAsync(Api api, string query, Func<bool> isOver, string? cursor = null)
    {
        var walked = new List<(Guid, int)>();
        while (true)
        {
            var last = isOver();
            var page = (await api.GetAsync($"{Path}?{query}{(cursor is null ? "" : $"&after={cursor}")}", Ct)).Expect(200).Json;
            var items = page["items"]!.AsArray();
            walked.AddRange(items.Select(item => (Guid.Parse((string)item!["subjectId"]!), (int)item["version"]!)));
            cursor = (string)page["next"]!;
            if (last && items.Count == 0)
                return walked;
        }
    }
}
