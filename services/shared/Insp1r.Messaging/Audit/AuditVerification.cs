using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Insp1r.Messaging.Audit;

/// <summary>Where the trail is not what was sealed.</summary>
/// <param name="Block">The number of the seal.</param>
/// <param name="Position">The row's number in the log (its seq); null where the seal itself is at fault.</param>
/// <param name="Id">The row's id, where there is still a row.</param>
/// <param name="What">changed, removed or inserted (a row); seal-changed or seal-removed.</param>
internal sealed record AuditFault(long Block, long? Position, Guid? Id, string What);

/// <summary>
/// Compares the log with its seals, 50 blocks at a time, all of it in the database. Each sealed row must be there as it was; each row
/// up to the last seal must be in a seal; each seal must follow from the one before.
/// </summary>
internal static class AuditVerification
{
    public const int PageBlocks = 50;
    public const int MaxFaults = 100;

    public sealed record Head(long Block, string Hash, long Unsealed);

    public sealed record Page(long Rows, IReadOnlyList<AuditFault> Faults);

    private const string Chain = $"""
        select b.number, b.before is not null and b.hash = {AuditSeals.BlockHash}, cardinality(b.seqs)
        from (
          select s.*, case when s.number = 1 then '' else (select p.hash from audit_seal p where p.number = s.number - 1) end as before
          from audit_seal s where s.number between $1 and $2) b
        order by b.number
        """;

    // A place in the log is where a row stands now: a restore moved some to transaction 0. That a row was erased is believed where a
    // later row of its subject tells that it was, at that very time: another erasure, of what came before, does not speak for it.
    // Later is what has the higher seq: that order a restore keeps.
    private const string Rows = $"""
        with block as materialized (
          select s.*, p.number is not null or s.number = 1 as follows,
                 case when p.epoch = s.epoch then p.to_tx else '0' end as from_tx,
                 case when p.epoch = s.epoch then p.to_seq else -9223372036854775808 end as from_seq
          from audit_seal s left join audit_seal p on p.number = s.number - 1
          where s.number between $1 and $2),
        sealed as materialized (
          select b.number, b.sealed_at, r.seq, r.digest from block b cross join lateral unnest(b.seqs, b.digests) as r(seq, digest)),
        place as materialized (
          select b.number, b.follows, c.* from block b cross join lateral (
            select c.tx_id, c.seq, c.id, {AuditSeals.RowDigest} as digest, c.payload is null or c.erased_at is not null as erased, c.erased_at, c.subject, c.subject_id, c.first_tx
            from change_log c where (c.tx_id, c.seq) > (b.from_tx, b.from_seq) and (c.tx_id, c.seq) <= (b.to_tx, b.to_seq)) c
          union all
          select null, false, c.tx_id, c.seq, c.id, {AuditSeals.RowDigest}, c.payload is null or c.erased_at is not null, c.erased_at, c.subject, c.subject_id, c.first_tx
          from change_log c
          where exists (select 1 from change_log m where m.tx_id = '0') and c.tx_id = '0' and c.seq = any(array(select seq from sealed))),
        last as materialized (
          select s.to_tx, s.to_seq from audit_seal s join change_log_state st on st.epoch = s.epoch
          where s.number = (select max(number) from audit_seal)),
        stray as materialized (
          select p.number, p.seq, p.id, p.digest from place p join last l on (p.tx_id, p.seq) <= (l.to_tx, l.to_seq)
          where p.follows and not exists (select 1 from sealed s where s.seq = p.seq)),
        elsewhere as materialized (
          select u.seq, u.digest
          from (select min(seq) as low, max(seq) as high from stray) r
          join audit_seal o on o.high_seq >= r.low and o.low_seq <= r.high and o.number not between $1 and $2
          cross join lateral unnest(o.seqs, o.digests) as u(seq, digest))
        select s.number, s.seq, null::uuid as id, 'removed' as what from sealed s
        where s.sealed_at >= $3 and not exists (select 1 from place p where p.seq = s.seq)
        union
        select s.number, s.seq, p.id, 'changed' from sealed s join place p on p.seq = s.seq
        where p.digest <> s.digest or (p.first_tx is not null and p.tx_id <> '0')
          or (p.erased and (
            select e.id from change_log e
            where e.subject_id = p.subject_id and e.subject = p.subject and e.seq > p.seq and e.occurred_at = p.erased_at
              and e.payload is not null and e.type ~ '-erased(\.v[0-9]+)?$' limit 1) is null)
        union
        select p.number, p.seq, p.id, 'inserted' from stray p where not exists (select 1 from elsewhere e where e.seq = p.seq and e.digest = p.digest)
        order by 1, 2, 4 limit 100
        """;

    public static async Task<Head> ReadHeadAsync(NpgsqlDataSource dataSource, CancellationToken ct)
    {
        await using var command = dataSource.CreateCommand("""
            select coalesce(s.number, 0), coalesce(encode(s.hash, 'hex'), ''),
                   (select count(*) from change_log c where s.number is null or (c.tx_id, c.seq) > (s.to_tx, s.to_seq))
            from change_log_state st left join lateral (select * from audit_seal order by number desc limit 1) s on true
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new Head(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2));
    }

    /// <summary>Verifies blocks <paramref name="first"/> to <paramref name="last"/>; finds up to 100 faults of rows and all of seals.</summary>
    /// <param name="keptSince">Rows that were sealed before this time may be gone.</param>
    public static async Task<Page> VerifyAsync(NpgsqlDataSource dataSource, long first, long last, DateTimeOffset keptSince, CancellationToken ct)
    {
        await using var connection = await dataSource.OpenConnectionAsync(ct);
        var faults = new List<AuditFault>();
        var rows = await VerifyChainAsync(connection, first, last, faults, ct);
        await VerifyRowsAsync(connection, first, last, keptSince, faults, ct);
        return new Page(rows, faults);
    }

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static async Task<long> VerifyChainAsync(NpgsqlConnection connection, long first, long last, List<AuditFault> faults, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Chain, connection);
        command.Parameters.AddWithValue(first);
        command.Parameters.AddWithValue(last);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = 0L;
        var expected = first;
        while (await reader.ReadAsync(ct))
        {
            var number = reader.GetInt64(0);
            // What follows a seal that is gone has nothing to follow from: one fault for one deed.
            var follows = expected == number;
            for (; expected < number; expected++)
                faults.Add(new AuditFault(expected, null, null, "seal-removed"));
            expected = number + 1;
            if (follows && !reader.GetBoolean(1))
                faults.Add(new AuditFault(number, null, null, "seal-changed"));
            rows += reader.GetInt32(2);
        }

        return rows;
    }

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static async Task VerifyRowsAsync(NpgsqlConnection connection, long first, long last, DateTimeOffset keptSince, List<AuditFault> faults, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Rows, connection);
        command.Parameters.AddWithValue(first);
        command.Parameters.AddWithValue(last);
        command.Parameters.AddWithValue(keptSince);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            faults.Add(new AuditFault(reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetGuid(2), reader.GetString(3)));
    }
}
