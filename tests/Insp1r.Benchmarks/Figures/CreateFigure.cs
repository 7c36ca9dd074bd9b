using System.Globalization;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>Registering organisations through the gateway, each with its event, beside plain inserts into a copy of the table with the same indexes.</summary>
internal static class CreateFigure
{
    private const int Connections = 16;

    public static async Task MeasureAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        await Copies.MakeAsync(platform, ct);
        var before = await Organisations.CountAsync(platform, ct);
        long created = 0;
        var runs = 0;
        var rounds = await Rounds.RunAsync(bench.Settings,
            [
                new Target("platform", platform.Stack.Roots, (duration, token) => CreateAsync(withKey: false, duration, token)),
                new Target("with Idempotency-Key", platform.Stack.Roots, (duration, token) => CreateAsync(withKey: true, duration, token)),
                new Target("pgbench", [platform.Postgres], (duration, token) => PgBench.RunAsync(platform.MembershipConnection, Connections, duration, Copies.Insert(Organisations.Node), token)),
            ], ct);

        // At its end wrk leaves what is under way, at most one request for each connection.
        var rows = await Organisations.CountAsync(platform, ct) - before;
        if (rows < created || rows > created + (runs * Connections))
            throw new InvalidOperationException($"{created} organisations were answered 201 and {rows} are in the table.");

        report.Add($"create, {Connections} connections", rounds["platform"].PerSecond, "/s", "pgbench", rounds["pgbench"].PerSecond, Bar.RatioAtLeast(0.2));
        report.Add($"create with Idempotency-Key, {Connections} connections", rounds["with Idempotency-Key"].PerSecond, "/s", "pgbench", rounds["pgbench"].PerSecond, Bar.None);

        async Task<Sample> CreateAsync(bool withKey, TimeSpan duration, CancellationToken token)
        {
            var sample = await Wrk.RunAsync(platform.Stack.Address.ToString(), Connections, duration, Script(platform.Token, ++runs, withKey), token);
            created += sample.Done;
            return sample;
        }
    }

    private static string Script(string token, int run, bool withKey) => string.Create(CultureInfo.InvariantCulture, $$"""
        local n = 0
        wrk.headers["Authorization"] = "Bearer {{token}}"
        wrk.headers["Content-Type"] = "application/json"
        function request()
          n = n + 1
          {{(withKey ? $"wrk.headers[\"Idempotency-Key\"] = \"bench-{run}-\" .. n" : "")}}
          return wrk.format("POST", "{{Organisations.Path}}", nil, string.format(
            '{"node":"{{Organisations.Node}}","name":"Cooperative number %d of run {{run}}","names":{"fr":"Coopérative %d"},"acronym":"C%d","country":"RW","types":["cooperative"],"website":"https://example.org/%d"}', n, n, n, n))
        end
        """);
}
