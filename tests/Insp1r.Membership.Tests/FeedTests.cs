using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests;

public sealed class FeedTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S1_SixteenWriters_AReaderMissesAndRepeatsNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        const int Writers = 16;
        const int Each = 40;

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < Each; i++)
            {
                // Short and long transactions mixed: a chunk of 40 ends after many a single row that began later.
                if (writer % 4 == 0 && i % 10 == 0)
                    await network.PushAsync(Enumerable.Range(0, 40).Select(row => network.Item($"{writer}-{i}-{row}")), Ct);
                else
                    (await network.RegisterAsync($"{writer}-{i}", Ct)).Expect(201);
            }
        }));

        var walk = new Walk(network, limit: 50);
        while (!writing.IsCompleted)
            await walk.StepAsync(wait: 1, Ct);
        await writing;
        await walk.ToTheEndAsync(shared, Ct);

        Assert.Equal(await shared.LogRowsAsync(network.Node, Ct), walk.Ids.Count);
        Assert.Equal(walk.Ids.Count, walk.Ids.Distinct().Count());
        Assert.Equal(
            await shared.ScalarAsync<string>("select string_agg(id::text, ',' order by tx_id, seq) from change_log where node = $1", Ct, network.Node),
            string.Join(',', walk.Ids));
    }

    [Fact]
    public async Task S1_HeldTransaction_IsNotPassed()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var walk = new Walk(network, limit: 100);
        await walk.ToTheEndAsync(shared, Ct);
        var before = walk.Ids.Count;

        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var held = await connection.BeginTransactionAsync(Ct);
        var slow = Guid.CreateVersion7();
        await using (var insert = new NpgsqlCommand("""
            insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
            values ($1, 'membership.organisation-updated.v1', 'organisation', gen_random_uuid(), 1, $2, 'feed', '{}', now())
            """, connection, held))
        {
            insert.Parameters.AddWithValue(slow);
            insert.Parameters.AddWithValue(network.Node);
            await insert.ExecuteNonQueryAsync(Ct);
        }

        // Committed after the held one began: it waits, or the reader's cursor would stand behind the held row when that commits.
        (await network.RegisterAsync("Quick", Ct)).Expect(201);
        await walk.StepAsync(wait: 1, Ct);
        Assert.Equal(before, walk.Ids.Count);

        await held.CommitAsync(Ct);
        await Until.TrueAsync(
            async () =>
            {
                await walk.StepAsync(wait: 1, Ct);
                return walk.Ids.Count == before + 2;
            },
            "both changes are there", Ct);
        Assert.Equal(slow, walk.Ids[before]);
    }

    [Fact]
    public async Task S1_WaitingReader_IsAnsweredByTheChange()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var walk = new Walk(network, limit: 100);
        await walk.ToTheEndAsync(shared, Ct);

        var waiting = walk.StepAsync(wait: 30, Ct);
        (await network.RegisterAsync("Awaited", Ct)).Expect(201);
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), Ct);

        Assert.Equal("membership.organisation-registered.v1", walk.Last!["type"]!.GetValue<string>());
        Assert.Equal("Awaited", (string?)walk.Last["data"]!["state"]!["name"]);
    }

    [Fact]
    public async Task S1_Filters_ShowOnlyWhatIsAsked_AndBelongToTheirCursor()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await network.PushAsync([network.Item("1"), network.Item("2")], Ct);
        await network.PushAsync([network.Item("1", ("name", "Changed"))], Ct);

        var updates = (await network.Reader.GetAsync("/api/v1/changes/membership?type=membership.organisation-updated.v1", Ct)).Expect(200).Json;
        Assert.Single(updates["items"]!.AsArray());
        (await network.Reader.GetAsync($"/api/v1/changes/membership?after={updates["next"]}", Ct)).IsProblem(400, "cursor-of-another-filter");
        using var wider = shared.App.As("wider", "reader@insp1r.africa");
        (await wider.GetAsync($"/api/v1/changes/membership?type=membership.organisation-updated.v1&after={updates["next"]}", Ct)).IsProblem(400, "cursor-of-another-filter");
    }

    [Fact]
    public async Task S1_ChangedCursor_IsRefused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var cursor = (string)(await network.Reader.GetAsync("/api/v1/changes/membership", Ct)).Expect(200).Json["next"]!;
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        // The last character carries two bits that mean nothing.
        var changes = Gen.Sample(Gen.Zip(Gen.Choose(0, cursor.Length - 2), Gen.Choose(0, 63)), 60, 60)
            .Select(change => (Place: change.Item1, Character: Alphabet[change.Item2])).Where(change => cursor[change.Place] != change.Character);
        foreach (var (place, character) in changes)
        {
            var changed = cursor[..place] + character + cursor[(place + 1)..];
            var answer = await network.Reader.GetAsync($"/api/v1/changes/membership?after={changed}", Ct);
            Assert.True(answer.IsProblem(400, "bad-cursor") is not null, changed);
        }

        foreach (var nonsense in (string[])["x", cursor + "A", cursor[..^3], new string('A', 500), "%00"])
            (await network.Reader.GetAsync($"/api/v1/changes/membership?after={nonsense}", Ct)).IsProblem(400, "bad-cursor");
    }

    [Fact]
    public async Task S1_Follower_EndsEqualToTheTable()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var walk = new Walk(network, limit: 7);
        var random = new System.Random(20260301);
        for (var round = 0; round < 10; round++)
        {
            var ids = Enumerable.Range(0, 30).OrderBy(_ => random.Next()).Take(12).ToList();
            await network.PushAsync(ids.Select(id => network.Item($"{id}", ("acronym", $"A{random.Next(3)}"))), Ct);
            await walk.StepAsync(wait: 0, Ct);
        }

        await walk.ToTheEndAsync(shared, Ct);

        var table = (await network.Reader.GetAsync("/api/v1/organisations?limit=500&fields=id,version,acronym", Ct)).Json["items"]!.AsArray()
            .Select(record => $"{record!["id"]} {record["version"]} {record["acronym"]}").Order();
        Assert.Equal(table, walk.Latest.Select(state => $"{state["id"]} {state["version"]} {state["acronym"]}").Order());
    }

    /// <summary>A client that follows the feed with its cursor and keeps what it was told.</summary>
    private sealed class Walk(Network network, int limit)
    {
        private readonly Dictionary<string, JsonObject> _latest = new(StringComparer.Ordinal);
        private string? _cursor;

        public List<Guid> Ids { get; } = [];
        public JsonNode? Last { get; private set; }
        public IEnumerable<JsonObject> Latest => _latest.Values;

        public async Task<bool> StepAsync(int wait, CancellationToken ct)
        {
            var after = _cursor is null ? "" : $"&after={_cursor}";
            var page = (await network.Reader.GetAsync($"/api/v1/changes/membership?limit={limit}&wait={wait}{after}", ct)).Expect(200).Json;
            foreach (var change in page["items"]!.AsArray())
            {
                Last = change;
                Ids.Add((Guid)change!["id"]!);
                if ((string?)change["subject"] == "organisation" && change["data"]!["state"] is JsonObject state)
                {
                    var id = (string)change["subjectId"]!;
                    if (!_latest.TryGetValue(id, out var known) || (int)known["version"]! < (int)state["version"]!)
                        _latest[id] = state;
                }
            }

            _cursor = (string)page["next"]!;
            return (bool)page["more"]!;
        }

        /// <summary>Until it has read as many changes as the network's log has rows.</summary>
        public async Task ToTheEndAsync(Shared shared, CancellationToken ct)
        {
            var rows = await shared.LogRowsAsync(network.Node, ct);
            await Until.TrueAsync(async () => !await StepAsync(wait: 0, ct) && Ids.Count >= rows, "the feed ends", ct);
        }
    }
}
