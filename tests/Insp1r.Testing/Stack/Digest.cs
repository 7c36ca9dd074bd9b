namespace Insp1r.Testing.Stack;

/// <summary>
/// A digest of everything that the platform has recorded. What moves by itself is left out: where readers of the log are, its seals, runs of retention, and
/// the answers kept for Idempotency-Keys, among which refusals are.
/// </summary>
public static class Digest
{
    // One statement, so one snapshot, for all tables.
    private const string Sql = """
        select table_name::text, (xpath('/row/digest/text()', query_to_xml(format(
          'select count(*) || '':'' || coalesce(md5(string_agg(row, '','' order by row)), '''') as digest from (select md5(t::text) as row from %I t) rows',
          table_name), false, true, '')))[1]::text
        from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('idempotency_key', 'log_reader', 'inbox_message', 'audit_seal', 'retention_run', 'migration_history')
        order by table_name
        """;

    public static async Task<string> OfAsync(PlatformStack stack, CancellationToken ct)
    {
        var lines = new List<string>();
        foreach (var service in (string[])["membership", "advocacy", "communications"])
            lines.AddRange(await stack.QueryAsync(service, Sql, row => $"{service}.{row.GetString(0)} {row.GetString(1)}", ct));
        return string.Join('\n', lines);
    }
}
