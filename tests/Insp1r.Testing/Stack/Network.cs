namespace Insp1r.Testing.Stack;

/// <summary>The part of the network that tests work in. The development clients' names are those of the national networks here.</summary>
public static class Network
{
    private static readonly (string Path, string Level, string Name, string? Country)[] Nodes =
    [
        ("insp1r.africa", "continental", "INSP!R Africa", null),
        ("insp1r.asia", "continental", "INSP!R Asia", null),
        ("insp1r.africa.bf", "national", "Burkina Faso", "BF"),
        ("insp1r.africa.bi", "national", "Burundi", "BI"),
        ("insp1r.africa.ml", "national", "Mali", "ML"),
        ("insp1r.africa.rw", "national", "Rwanda", "RW"),
        ("insp1r.asia.np", "national", "Nepal", "NP"),
    ];

    /// <summary>A national network: its API client, its node, its country.</summary>
    public sealed record National(string Client, string Node, string Country);

    public static readonly National BurkinaFaso = new("burkina-faso", "insp1r.africa.bf", "BF");
    public static readonly National Mali = new("mali", "insp1r.africa.ml", "ML");
    public static readonly National Rwanda = new("rwanda", "insp1r.africa.rw", "RW");
    public static readonly National Nepal = new("nepal", "insp1r.asia.np", "NP");

    /// <summary>Adds the nodes that are not there yet, as a steward of the whole network does; returns when every service knows them.</summary>
    public static async Task EnsureAsync(PlatformStack stack, CancellationToken ct)
    {
        var steward = stack.As("steward");
        foreach (var (path, level, name, country) in Nodes)
        {
            if ((await steward.GetAsync($"/api/v1/nodes/by-path/{path}", ct)).Expect(200, 404).Status == 404)
                (await steward.PostAsync("/api/v1/nodes", new { path, level, names = new { en = name }, country }, ct)).Expect(201);
        }

        var known = $"select count(distinct path) from network_node where path in ({string.Join(", ", Nodes.Select(node => $"'{node.Path}'"))})";
        foreach (var service in (string[])["advocacy", "communications"])
            await Until.TrueAsync(async () => await stack.ScalarAsync<long>(service, known, ct) == Nodes.Length, $"{service} knows the nodes", ct);
    }

    /// <summary>The body that registers an organisation.</summary>
    public static object Organisation(National network, string name) => new { node = network.Node, name, country = network.Country, types = (string[])["ngo"] };

    /// <summary>An outcome with all that a submitted one needs, open to every network.</summary>
    public static object Outcome(National network, string title, params Guid[] contributors) => new
    {
        node = network.Node,
        title = new { en = title },
        sourceLanguage = "en",
        statement = new { en = "The ministry adopted a national policy for the elderly." },
        significance = new { en = "Older workers of the informal economy are covered for the first time." },
        socialActor = "Ministry of Local Government",
        occurredOn = "2021-05-20",
        country = network.Country,
        type = "policy",
        polarity = "positive",
        intended = true,
        policyStage = "adoption",
        sdgTargets = (string[])["1.3"],
        branches = (string[])["old-age"],
        contributions = contributors.Select(id => new { organisationId = id, role = "advocate", claim = "Wrote the brief that the ministry used." }).ToArray(),
        publication = "network",
    };

    /// <summary>What another network says of a submitted outcome.</summary>
    public static object Agreement(National by) => new { node = by.Node, verdict = "agree", comment = "We saw the decree." };

    public static object Decision(string reason, string to = "suspended") => new { to, reason, decidedBy = "General assembly", decidedOn = "2024-05-01" };

    /// <summary>The value for If-Match of a version.</summary>
    public static (string Name, string Value) IfMatch(int version) => ("If-Match", $"\"{version}\"");

    public static (string Name, string Value) Key(string key) => ("Idempotency-Key", key);
}
