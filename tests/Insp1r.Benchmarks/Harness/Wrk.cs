using System.Globalization;

namespace Insp1r.Benchmarks.Harness;

/// <summary>HTTP load from wrk: a fixed number of connections, each with one request in flight.</summary>
internal static class Wrk
{
    private const string Mark = "summary ";

    private const string Summary = """
        function done(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("summary %d %d %d %d %d\n", summary.requests, summary.duration,
            latency:percentile(50), latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
        end
        """;

    /// <summary>GET of one address with a token.</summary>
    public static string Get(string token) => $"""
        wrk.headers["Authorization"] = "Bearer {token}"
        """;

    /// <summary>GET of many addresses in turn.</summary>
    public static string GetEach(string token, IEnumerable<string> paths) => $$"""
        wrk.headers["Authorization"] = "Bearer {{token}}"
        local paths = { {{string.Join(", ", paths.Select(path => $"\"{path}\""))}} }
        local requests, i = {}, 0
        function init(args)
          for n, path in ipairs(paths) do requests[n] = wrk.format("GET", path) end
        end
        function request()
          i = i % #requests + 1
          return requests[i]
        end
        """;

    /// <summary>Runs wrk against an address with a script, which is one of those above or defines <c>request</c> itself.</summary>
    public static async Task<Sample> RunAsync(string address, int connections, TimeSpan duration, string script, CancellationToken ct)
    {
        var wrk = Tools.Wrk;
        var file = Path.Combine(Path.GetTempPath(), $"insp1r-bench-{Guid.NewGuid():N}.lua");
        await File.WriteAllTextAsync(file, $"{script}\n{Summary}\n", ct);
        try
        {
            var seconds = Math.Max(1, (int)Math.Round(duration.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            var output = await Child.RunAsync(
                wrk, ["-t", "1", "-c", connections.ToString(CultureInfo.InvariantCulture), "-d", $"{seconds}s", "--timeout", "10s", "-s", file, address], NoEnvironment, ct);
            var summary = output.Split('\n').FirstOrDefault(line => line.StartsWith(Mark, StringComparison.Ordinal))
                ?? throw new InvalidOperationException($"wrk ended without its summary: {output}");
            var fields = summary[Mark.Length..].Split(' ').Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToArray();
            return new Sample(fields[0] / (fields[1] / 1e6), fields[2], fields[3], fields[0], fields[4]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static readonly Dictionary<string, string> NoEnvironment = [];
}
