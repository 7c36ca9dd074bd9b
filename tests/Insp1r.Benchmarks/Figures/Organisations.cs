using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Insp1r.Benchmarks.Harness;
using Insp1r.Testing.Stack;

namespace Insp1r.Benchmarks.Figures;

/// <summary>The organisations that the figures read and write: members of one national network, as its own client sees them.</summary>
internal static class Organisations
{
    public const string Node = "insp1r.africa.rw";
    public const string Path = "/api/v1/organisations";

    /// <summary>What the service reads of an organisation, for the same reading in plain SQL.</summary>
    public const string Columns = "o.id, o.version, o.node, o.name, o.names::text, o.acronym, o.country, o.types, o.website, o.status, o.external_ids, o.created_at, o.updated_at";

    private const int SeedWriters = 16;
    private static int _number;

    /// <summary>Adds the network and its first members through the API, which warms the services as well.</summary>
    public static async Task SeedAsync(Platform platform, int members, CancellationToken ct)
    {
        var steward = platform.Stack.As("steward");
        await steward.PostAsync("/api/v1/nodes", new { path = "insp1r.africa", level = "continental", names = new { en = "Africa" } }, ct);
        await steward.PostAsync("/api/v1/nodes", new { path = Node, level = "national", names = new { en = "Rwanda" }, country = "RW" }, ct);
        await Parallel.ForAsync(0, members, new ParallelOptions { MaxDegreeOfParallelism = SeedWriters, CancellationToken = ct }, async (_, token) => await CreateAsync(platform, token));
    }

    public static async Task<Guid> CreateAsync(Platform platform, CancellationToken ct)
    {
        using var response = await platform.Http.PostAsJsonAsync(Path, Request(Interlocked.Increment(ref _number)), ct);
        var body = await response.Content.ReadAsStringAsync(ct);
        return response.IsSuccessStatusCode
            ? Guid.Parse((string)JsonNode.Parse(body)!["id"]!)
            : throw new InvalidOperationException($"POST {Path} answers {(int)response.StatusCode}: {body}");
    }

    public static async Task<JsonNode> GetAsync(Platform platform, string path, CancellationToken ct) => JsonNode.Parse(await platform.Http.GetStringAsync(new Uri(path, UriKind.Relative), ct))!;

    public static Task<long> CountAsync(Platform platform, CancellationToken ct) =>
        Platform.ScalarAsync<long>(platform.Membership, "select count(*) from member_organisation where node = $1", ct, Node);

    private static object Request(int number) => new
    {
        node = Node,
        name = string.Create(CultureInfo.InvariantCulture, $"Cooperative number {number}"),
        names = new { fr = string.Create(CultureInfo.InvariantCulture, $"Coopérative numéro {number}") },
        acronym = string.Create(CultureInfo.InvariantCulture, $"C{number}"),
        country = "RW",
        types = number % 2 == 0 ? new[] { "cooperative" } : ["trade-union"],
        website = string.Create(CultureInfo.InvariantCulture, $"https://example.org/{number}"),
    };
}
