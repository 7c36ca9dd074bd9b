using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>Reading through the gateway as a national client, beside the same reading of the same rows by pgbench.</summary>
internal static class ReadFigures
{
    private const int Connections = 16;
    private const int Ids = 1_000;
    private const string List = $"{Organisations.Path}?limit=50";
    private const string Filter = $"{Organisations.Path}?limit=50&country=RW&type=cooperative";

    public static async Task MeasureGetAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var ids = new List<Guid>();
        await using (var command = platform.Membership.CreateCommand($"select id from member_organisation where node = '{Organisations.Node}' order by random() limit {Ids}"))
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
                ids.Add(reader.GetGuid(0));
        }

        var one = await Organisations.GetAsync(platform, $"{Organisations.Path}/{ids[0]}", ct);
        if ((string?)one["name"] != await Platform.ScalarAsync<string>(platform.Membership, "select name from member_organisation where id = $1", ct, ids[0]))
            throw new InvalidOperationException($"GET answered something else than the row: {one}");

        await CompareAsync(bench, report, "get by id", 0.14, Wrk.GetEach(platform.Token, ids.Select(id => $"{Organisations.Path}/{id}")), Organisations.Path, rows => $"""
            \set n random(1, {rows})
            select {Organisations.Columns} from bench.organisation o where o.id = md5((:n)::text)::uuid
            """, ct);
    }

    public static async Task MeasureListAsync(Bench bench, Report report, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        foreach (var (name, path, condition) in ((string, string, string)[])[("list 50", List, ""), ("filter 50", Filter, "and o.country = 'RW' and o.types @> array['cooperative']")])
        {
            await CheckPageAsync(platform, path, condition, ct);
            await CompareAsync(bench, report, name, 0.18, Wrk.Get(platform.Token), path, _ => $"""
                select {Organisations.Columns} from bench.organisation o
                where o.node = '{Organisations.Node}' and o.id > '00000000-0000-0000-0000-000000000000' {condition} order by o.id limit 50
                """, ct);
        }
    }

    private static async Task CompareAsync(Bench bench, Report report, string figure, double ratio, string script, string path, Func<int, string> sql, CancellationToken ct)
    {
        var platform = await bench.PlatformAsync(ct);
        var rows = await Copies.MakeAsync(platform, ct);
        var rounds = await Rounds.RunAsync(bench.Settings,
            [
                new Target("platform", platform.Stack.Roots, (duration, token) => Wrk.RunAsync(platform.Stack.Address + path.TrimStart('/'), Connections, duration, script, token)),
                new Target("pgbench", [platform.Postgres], (duration, token) => PgBench.RunAsync(platform.MembershipConnection, Connections, duration, sql(rows), token)),
            ], ct);
        report.Add($"{figure}, {Connections} connections", rounds["platform"].PerSecond, "/s", "pgbench", rounds["pgbench"].PerSecond, Bar.RatioAtLeast(ratio));
    }

    private static async Task CheckPageAsync(Platform platform, string path, string condition, CancellationToken ct)
    {
        var page = await Organisations.GetAsync(platform, path, ct);
        var answered = page["items"]!.AsArray().Select(item => Guid.Parse((string)item!["id"]!));
        var expected = await Platform.ScalarAsync<Guid[]>(platform.Membership,
            $"select array_agg(id) from (select o.id from member_organisation o where o.node = $1 {condition} order by o.id limit 50) p", ct, Organisations.Node);
        if (!answered.SequenceEqual(expected))
            throw new InvalidOperationException($"GET {path} answered other rows than the table has.");
    }
}
