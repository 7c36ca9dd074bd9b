using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks.Figures;

/// <summary>Copies of membership's tables with the same columns, indexes and rows, for the yardsticks in plain SQL: in the same database, seen by no service.</summary>
internal static class Copies
{
    private const int Most = 5_000;

    /// <summary>Makes them anew, as the originals are now. The copied organisations have ids that pgbench can compute from a number: 1 to what is returned.</summary>
    public static async Task<int> MakeAsync(Platform platform, CancellationToken ct)
    {
        await platform.ExecuteAsync($"""
            drop schema if exists bench cascade;
            create schema bench;
            create table bench.organisation (like member_organisation including all);
            create table bench.change_log (like change_log including all);
            insert into bench.organisation
            select (jsonb_populate_record(o, jsonb_build_object('id', md5((row_number() over (order by o.id))::text)::uuid))).*
            from member_organisation o where o.node = '{Organisations.Node}' limit {Most};
            """, ct);
        await platform.ExecuteAsync("vacuum (analyze) bench.organisation, bench.change_log, member_organisation, change_log", ct);
        return (int)await Platform.ScalarAsync<long>(platform.Membership, "select count(*) from bench.organisation", ct);
    }

    /// <summary>One organisation, as the service writes it.</summary>
    public static string Insert(string node) => $"""
        \set n random(1, 2000000000)
        {InsertOrganisation(node)}
        """;

    /// <summary>The same with its event, in one statement and so in one transaction.</summary>
    public static string InsertWithLog(string log, string node) => $"""
        \set n random(1, 2000000000)
        with o as ({InsertOrganisation(node)} returning id, :n as n)
        {Propagation.LogRows(log, node, "o")}
        """;

    /// <summary>Merges a staging table of numbers and names, with a log row for each change.</summary>
    public static readonly string Merge = $"""
        with o as (
          insert into bench.organisation (id, version, node, name, names, acronym, country, types, website, status, external_ids, search, keys, since, recorded_at, created_at, updated_at)
          select gen_random_uuid(), 1, '{Organisations.Node}', s.name, '{EmptyJson}', 'C' || s.n, 'RW', array['cooperative'], 'https://example.org/' || s.n, 'active',
            array['bench:' || s.n], lower(s.name), {Keys("s.n")}, current_date, now(), now(), now()
          from bench.staging s
          on conflict (id) do update set name = excluded.name, version = bench.organisation.version + 1 where bench.organisation.name is distinct from excluded.name
          returning id, name as n)
        {Propagation.LogRows("bench.change_log", Organisations.Node, "o")}
        """;

    private const string EmptyJson = "{}";

    // No letter right after a colon: pgbench takes ":c" for a variable of its own, inside quotes too.
    private static string Keys(string number) => $"array['a:' || 'c' || {number}, 'i:' || 'cn', 'w:' || 'example.org/' || {number}]";

    private static string InsertOrganisation(string node) => $$"""
        insert into bench.organisation (id, version, node, name, names, acronym, country, types, website, status, external_ids, search, keys, since, recorded_at, created_at, updated_at)
        values (gen_random_uuid(), 1, '{{node}}', 'Cooperative number ' || :n, '{}', 'C' || :n, 'RW', array['cooperative'], 'https://example.org/' || :n, 'active', '{}',
          'cooperative number ' || :n, {{Keys(":n")}}, current_date, now(), now(), now())
        """;
}
