using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Insp1r.Benchmarks.Harness;
using Insp1r.Benchmarks.Peers;

namespace Insp1r.Benchmarks.Figures;

/// <summary>
/// The gateway with all it does (token, limits, headers) in front of a trivial service, beside proxies that check nothing, in
/// front of the same service. It needs nothing else of the platform.
/// </summary>
internal static class GatewayFigure
{
    private const string Path = "/api/v1/organisations/0198f3a0-0000-7000-8000-000000000001";
    private const int Many = 32;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        _ = Tools.Wrk;
        var folder = bench.FolderFor("gateway");
        var (upstreamPort, yarpPort, nginxPort, oursPort) = (Machine.FreePort(), Machine.FreePort(), Machine.FreePort(), Machine.FreePort());
        var upstreamAddress = Address(upstreamPort);
        using var tokens = new Tokens();
        var token = tokens.Issue(Address(oursPort));

        var gateway = bench.AssemblyOf("gateway/Insp1r.Gateway");
        var keys = System.IO.Path.Combine(folder, "jwks.json");
        await File.WriteAllTextAsync(keys, tokens.PublicKeys(), ct);
        await using var upstream = await StartAsync(folder, "upstream", upstreamPort, NoEnvironment, ct,
            bench.AssemblyOf("tests/Insp1r.Benchmarks"), "peer", "upstream", "--port", Text(upstreamPort), "--keys", keys);
        await using var yarp = await StartAsync(folder, "yarp", yarpPort, ServerCollector, ct,
            bench.AssemblyOf("tests/Insp1r.Benchmarks"), "peer", "yarp", "--port", Text(yarpPort), "--to", upstreamAddress);
        await using var ours = await StartAsync(folder, "ours", oursPort, OurEnvironment(gateway, oursPort, upstreamAddress), ct, gateway);
        await using var nginx = await StartNginxAsync(folder, nginxPort, upstreamPort, report, ct);

        List<(string Name, int Port, Child Server)> servers = [("direct", upstreamPort, upstream), ("bare YARP", yarpPort, yarp), ("gateway", oursPort, ours)];
        if (nginx is not null)
            servers.Add(("nginx", nginxPort, nginx));
        foreach (var (name, port, _) in servers)
            await CheckAnswerAsync(name, port, token, ct);
        await CheckThatTokensMatterAsync(oursPort, ct);

        Report.Detail($"{Many} connections:");
        var busy = await Rounds.RunAsync(bench.Settings, [.. servers.Select(server => Load(server, Many))], ct);
        Report.Detail("1 connection:");
        var calm = await Rounds.RunAsync(bench.Settings, [.. servers.Select(server => Load(server, 1))], ct);

        report.Add($"gateway, {Many} connections", busy["gateway"].PerSecond, "/s", "bare YARP", busy["bare YARP"].PerSecond, Bar.RatioAtLeast(0.85));
        report.Add($"gateway, {Many} connections", busy["gateway"].PerSecond, "/s", "nginx", busy.GetValueOrDefault("nginx")?.PerSecond, Bar.RatioAtLeast(0.75));
        report.Add($"bare YARP, {Many} connections", busy["bare YARP"].PerSecond, "/s", "nginx", busy.GetValueOrDefault("nginx")?.PerSecond, Bar.None);
        report.Add($"gateway, {Many} connections, p99", busy["gateway"].P99, "us", "nginx", busy.GetValueOrDefault("nginx")?.P99, Bar.RatioAtMost(1));
        report.Add("gateway, CPU for a request", busy["gateway"].CpuMicros, "us", "bare YARP", busy["bare YARP"].CpuMicros, Bar.None);
        report.Add("gateway, added p50, 1 connection", Added("gateway"), "us", "bare YARP adds", Added("bare YARP"), Bar.AtMost(100, "us"), mayBeNone: true);

        Target Load((string Name, int Port, Child Server) server, int connections) => new(server.Name, [server.Server.Id],
            (duration, token2) => Wrk.RunAsync(Address(server.Port) + Path, connections, duration, Wrk.Get(token), token2));

        Measure Added(string name)
        {
            var direct = calm["direct"].P50.Median;
            var own = calm[name].P50;
            return new Measure(own.Median - direct, own.Min - direct, own.Max - direct);
        }
    }

    private static Dictionary<string, string> OurEnvironment(string assembly, int port, string upstream) => new(RateLimits.Wide, StringComparer.Ordinal)
    {
        ["ASPNETCORE_CONTENTROOT"] = System.IO.Path.GetDirectoryName(assembly)!,
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["ASPNETCORE_URLS"] = Address(port),
        ["Authority__Issuer"] = Address(port),
        ["services__membership__http__0"] = upstream,
        ["services__advocacy__http__0"] = upstream,
        ["services__communications__http__0"] = upstream,
    };

    private static async Task<Child> StartAsync(
        string folder, string name, int port, Dictionary<string, string> environment, CancellationToken ct, params string[] arguments)
    {
        var child = Child.Start(System.IO.Path.Combine(folder, $"{name}.log"), environment, "dotnet", arguments);
        await child.ListensAsync(port, ct);
        return child;
    }

    private static async Task<Child?> StartNginxAsync(string folder, int port, int upstream, Report report, CancellationToken ct)
    {
        try
        {
            return await Nginx.StartAsync(folder, port, upstream, ct);
        }
        catch (MissingToolException e)
        {
            report.Omit("gateway beside nginx", e.Message);
            return null;
        }
    }

    private static async Task CheckAnswerAsync(string name, int port, string token, CancellationToken ct)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var deadline = DateTimeOffset.UtcNow + TimeSpan.FromSeconds(20);
        while (true)
        {
            using var response = await http.GetAsync(new Uri(Address(port) + Path), ct);
            var body = await response.Content.ReadAsStringAsync(ct);
            if (response.IsSuccessStatusCode && JsonNode.DeepEquals(JsonNode.Parse(body), JsonNode.Parse(TrivialUpstream.Body)))
                return;
            // Our gateway answers 503 until it has read the keys.
            if (DateTimeOffset.UtcNow > deadline)
                throw new InvalidOperationException($"{name} answers {(int)response.StatusCode}: {body}");
            await Task.Delay(100, ct);
        }
    }

    private static async Task CheckThatTokensMatterAsync(int port, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(Address(port) + Path), ct);
        if ((int)response.StatusCode != 401)
            throw new InvalidOperationException($"The gateway answers {(int)response.StatusCode} without a token.");
    }

    private static string Address(int port) => $"http://127.0.0.1:{Text(port)}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // As a web project has it that says nothing else.
    private static readonly Dictionary<string, string> ServerCollector = new(StringComparer.Ordinal) { ["DOTNET_gcServer"] = "1" };

    private static readonly Dictionary<string, string> NoEnvironment = [];
}
