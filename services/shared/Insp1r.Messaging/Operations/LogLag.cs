using Npgsql;

namespace Insp1r.Messaging.Operations;

/// <summary>How far the relay is behind: rows and the age of the oldest in seconds; and the age of what holds the horizon.</summary>
internal sealed record LogLag(long Rows, double OldestSeconds, double HorizonSeconds, DateTimeOffset MovedAt, long Dead)
{
    public static async Task<LogLag> ReadAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            select count(c.id), coalesce(extract(epoch from now() - min(c.occurred_at)), 0)::float8,
                   (select coalesce(extract(epoch from now() - min(xact_start)), 0)::float8 from pg_stat_activity where backend_xid is not null),
                   r.moved_at, (select count(*) from change_log_dead)
            from log_reader r left join change_log c on (c.tx_id, c.seq) > (r.tx_id, r.seq)
            where r.name = 'broker' group by r.moved_at
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new LogLag(reader.GetInt64(0), reader.GetDouble(1), reader.GetDouble(2), await reader.GetFieldValueAsync<DateTimeOffset>(3, ct), reader.GetInt64(4));
    }
}
