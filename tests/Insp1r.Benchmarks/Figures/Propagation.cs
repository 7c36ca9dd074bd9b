using Insp1r.Benchmarks.Harness;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Benchmarks.Figures;

/// <summary>
/// The way of an organisation from membership's commit to the commit of advocacy's copy of it. Both times are PostgreSQL's own, taken
/// when it wrote the commit: one server, one clock, and nobody polls while it is measured.
/// </summary>
internal static class Propagation
{
    private static readonly TimeSpan LongestWay = TimeSpan.FromSeconds(60);

    /// <summary>Milliseconds from commit to effect of each of these organisations. Throws if one never arrives, or if more than one event told of it.</summary>
    public static async Task<List<double>> WaysAsync(Platform platform, IReadOnlyCollection<Guid> organisations, CancellationToken ct)
    {
        var ids = organisations.ToArray();
        await ArriveAsync(platform, ids, ct);
        var commits = await CommitsAsync(platform, ids, ct);
        var effects = await TimesAsync(platform.Advocacy, "select id, pg_xact_commit_timestamp(xmin) from member_organisation where id = any($1)", ids, ct);
        if (commits.Count != ids.Length || effects.Count != ids.Length)
            throw new InvalidOperationException($"{ids.Length} organisations were created; the log has {commits.Count} and advocacy {effects.Count} of them.");
        return [.. ids.Select(id => (effects[id] - commits[id]).TotalMilliseconds)];
    }

    /// <summary>When membership committed each of these organisations.</summary>
    public static Task<Dictionary<Guid, DateTime>> CommitsAsync(Platform platform, IEnumerable<Guid> organisations, CancellationToken ct) => TimesAsync(
        platform.Membership, "select subject_id, pg_xact_commit_timestamp(tx_id::xid) from change_log where subject_id = any($1)", [.. organisations], ct);

    /// <summary>From the first commit of these events to the last effect.</summary>
    public static async Task<TimeSpan> SpanAsync(Platform platform, string node, int count, CancellationToken ct)
    {
        await Until.TrueAsync(async () => await Platform.ScalarAsync<long>(platform.Advocacy, "select count(*) from member_organisation where node = $1", ct, node) >= count,
            $"advocacy has {count} organisations of {node}", ct, TimeSpan.FromMinutes(3));
        var first = await Platform.ScalarAsync<DateTime>(platform.Membership, "select min(pg_xact_commit_timestamp(tx_id::xid)) from change_log where node = $1", ct, node);
        var last = await Platform.ScalarAsync<DateTime>(platform.Advocacy, "select max(pg_xact_commit_timestamp(xmin)) from member_organisation where node = $1", ct, node);
        return last - first;
    }

    /// <summary>Waits until every change so far has had its effect in advocacy.</summary>
    public static async Task DrainAsync(Platform platform, CancellationToken ct)
    {
        // Versions add up to the same on both sides once every change has arrived.
        const string Versions = "select coalesce(sum(version), 0)::bigint from member_organisation where node = $1";
        var versions = await Platform.ScalarAsync<long>(platform.Membership, Versions, ct, Organisations.Node);
        await Until.TrueAsync(async () => await Platform.ScalarAsync<long>(platform.Advocacy, Versions, ct, Organisations.Node) == versions, "advocacy has all changes", ct, TimeSpan.FromMinutes(2));
    }

    /// <summary>SQL that tells the readers of membership's log, as another replica would, of rows that no service wrote.</summary>
    public const string Notify = "select pg_notify('change_log', 'bench')";

    /// <summary>
    /// SQL that writes log rows for organisations that exist nowhere else; <paramref name="source"/> gives their <c>id</c> and <c>n</c>.
    /// The events are such as membership writes, so that its readers do all that they do with those.
    /// </summary>
    public static string LogRows(string table, string node, string source) => $$"""
        insert into {{table}} (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
        select gen_random_uuid(), 'membership.organisation-registered.v1', 'organisation', o.id, 1, '{{node}}', 'feed',
          json_build_object('state', json_build_object('id', o.id, 'version', 1, 'node', '{{node}}', 'name', 'Cooperative number ' || o.n, 'names', '{}'::json,
            'acronym', null, 'country', 'RW', 'types', json_build_array('cooperative'), 'website', 'https://example.org/' || o.n, 'status', 'active',
            'externalIds', json_build_array('bench:' || o.n))),
          clock_timestamp()
        from {{source}} o
        """;

    private static Task ArriveAsync(Platform platform, Guid[] ids, CancellationToken ct) => Until.TrueAsync(
        async () => await Platform.ScalarAsync<long>(platform.Advocacy, "select count(*) from member_organisation where id = any($1)", ct, ids) == ids.Length,
        $"all {ids.Length} organisations arrive in advocacy", ct, LongestWay);

    private static async Task<Dictionary<Guid, DateTime>> TimesAsync(NpgsqlDataSource source, string sql, Guid[] ids, CancellationToken ct)
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var times = new Dictionary<Guid, DateTime>();
        while (await reader.ReadAsync(ct))
            times.Add(reader.GetGuid(0), reader.GetDateTime(1));
        return times;
    }
}
