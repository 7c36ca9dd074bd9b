using System.Text.Json.Nodes;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Npgsql;

[assembly: AssemblyFixture(typeof(Insp1r.Membership.Tests.Shared))]
// Some tests hold a transaction open, and that holds every reader of the log on the server back.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.Membership.Tests;

/// <summary>One server, one database and one service for all tests; each test works in a network of its own.</summary>
public sealed class Shared : IAsyncLifetime
{
    private int _networks;

    public PostgresServer Postgres { get; private set; } = null!;
    public MailServer Mail { get; private set; } = null!;
    internal MembershipApp App { get; private set; } = null!;
    internal Api Steward { get; private set; } = null!;
    internal string Database { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Postgres = await PostgresServer.StartAsync(CancellationToken.None);
        Database = await Postgres.CreateDatabaseAsync("membership", CancellationToken.None);
        Mail = await MailServer.StartAsync(CancellationToken.None);
        App = MembershipApp.Start(Database, Mail.Settings);
        Steward = App.As("steward", "steward@insp1r");
        await AddNodeAsync("insp1r.africa", "continental", null, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Mail.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    internal async Task<Network> NewNetworkAsync(CancellationToken ct)
    {
        var number = Interlocked.Increment(ref _networks);
        var node = $"insp1r.africa.n{number}";
        await AddNodeAsync(node, "national", "RW", ct);
        return new Network(this, node, $"n{number}");
    }

    internal async Task<JsonNode> AddNodeAsync(string path, string level, string? country, CancellationToken ct) =>
        (await Steward.PostAsync("/api/v1/nodes", new { path, level, names = new { en = path }, country }, ct)).Expect(201).Json;

    internal Task<T> ScalarAsync<T>(string sql, CancellationToken ct, params object[] values) => ScalarOfAsync<T>(Database, sql, ct, values);

    /// <summary>The same of a database of a test's own.</summary>
    internal static async Task<T> ScalarOfAsync<T>(string database, string sql, CancellationToken ct, params object[] values)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>How many events of a node the log has.</summary>
    internal Task<long> LogRowsAsync(string node, CancellationToken ct) =>
        ScalarAsync<long>("select count(*) from change_log where node = $1 and visibility <> 'audit'", ct, node);

    /// <summary>The tables in which this text stands anywhere, however it is written.</summary>
    internal async Task<HashSet<string>> TablesWithAsync(string text, CancellationToken ct)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var table in await ScalarAsync<string[]>("select array_agg(table_name::text) from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'", ct))
        {
            if (await ScalarAsync<bool>($"select exists (select 1 from \"{table}\" t where t::text ilike '%' || $1 || '%' or t::text ilike '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%')", ct, text))
                found.Add(table);
        }

        return found;
    }

    /// <summary>Everything that sync may change in a network, to compare before and after.</summary>
    internal Task<string> StateOfAsync(string node, CancellationToken ct) => ScalarAsync<string>(
        "select coalesce(string_agg(o::text, '|' order by id), '') from member_organisation o where node = $1", ct, node);
}

/// <summary>A national network with a client of each role.</summary>
internal sealed class Network(Shared shared, string node, string ns)
{
    public string Node => node;

    /// <summary>The namespace of its own ids.</summary>
    public string Ns => ns;

    public Api Reader { get; } = shared.App.As($"reader-{ns}", $"reader@{node}");
    public Api Contributor { get; } = shared.App.As($"contributor-{ns}", $"contributor@{node}");
    public Api Steward { get; } = shared.App.As($"steward-{ns}", $"steward@{node}");

    public object Organisation(string name, string country = "RW", string[]? types = null, string? acronym = null, string[]? externalIds = null, object? names = null, string category = "full", Guid? throughId = null, string? since = null) =>
        new { node, name, country, types = types ?? ["cooperative"], acronym, externalIds, names, category, throughId, since };

    public Task<Answer> RegisterAsync(string name, CancellationToken ct, string[]? externalIds = null, string category = "full", Guid? through = null, string? since = null) =>
        Contributor.PostAsync("/api/v1/organisations", Organisation(name, externalIds: externalIds, category: category, throughId: through, since: since), ct);

    /// <summary>A valid item of a sync; members can be set or, with null, taken out.</summary>
    public JsonObject Item(string id, params (string Name, JsonNode? Value)[] changes)
    {
        var item = new JsonObject
        {
            ["type"] = "organisation",
            ["externalId"] = $"{ns}:{id}",
            ["node"] = node,
            ["name"] = $"Organisation {id}",
            ["names"] = new JsonObject { ["fr"] = $"Organisation \"{id}\" née à Kigali" },
            ["acronym"] = "ORG",
            ["country"] = "RW",
            ["types"] = new JsonArray("cooperative", "womens-organisation"),
            ["website"] = "https://example.org/é?a=1&b=<2>",
        };
        foreach (var (name, value) in changes)
        {
            item.Remove(name);
            if (value is not null)
                item[name] = value.DeepClone();
        }

        return item;
    }

    public Task<Answer> PushAsync(IEnumerable<JsonNode?> items, CancellationToken ct, string query = "", params (string, string)[] headers) =>
        Contributor.PostAsync($"/api/v1/sync/batches{query}", new JsonObject { ["items"] = new JsonArray([.. items.Select(item => item?.DeepClone())]) }.ToJsonString(), ct, headers);

    public Task<Answer> StreamAsync(IEnumerable<string> lines, CancellationToken ct, string query = "", params (string, string)[] headers) =>
        Contributor.SendAsync(HttpMethod.Post, $"/api/v1/sync/batches{query}", Api.Ndjson(lines), ct, headers);
}

internal static class Answers
{
    /// <summary>The pointers and codes of a problem's errors, such as <c>/types/0 unknown-type</c>.</summary>
    public static string[] Faults(this Answer answer) => Faults(answer.Json);

    public static string[] Faults(this JsonNode node) => [.. (node["errors"]?.AsArray() ?? []).Select(error => $"{error!["pointer"]} {error["code"]}".Trim())];

    public static string[] Results(this Answer answer) => [.. answer.Json["results"]!.AsArray().Select(result => (string)result!["result"]!)];

    public static string Summary(this JsonNode node)
    {
        var summary = node["summary"]!;
        return $"{summary["created"]} created, {summary["updated"]} updated, {summary["unchanged"]} unchanged, {summary["conflict"]} conflict, {summary["rejected"]} rejected";
    }

    public static string Summary(this Answer answer) => answer.Json.Summary();

    public static string[] Names(this Answer page) => [.. page.Json["items"]!.AsArray().Select(item => (string)item!["name"]!)];

    /// <summary>An error of the token endpoint, as RFC 6749 writes it.</summary>
    public static Answer IsRefused(this Answer answer, string error, int status = 400)
    {
        Assert.Equal((status, error), (answer.Status, (string?)answer.Json["error"]));
        Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
        return answer;
    }

    public static Answer IsProblem(this Answer answer, int status, string name)
    {
        Assert.True(answer.Status == status && answer.Problem == $"/problems/{name}", $"expected {status} {name}: {answer}");
        return answer;
    }
}
