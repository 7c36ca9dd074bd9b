namespace Insp1r.Messaging.Audit;

/// <summary>
/// The chain of seals. A seal is a block of the log: the digest of each of its rows, and a hash over these and the hash of the seal
/// before. Digests and hashes are made in the database, from JSON arrays and parts of fixed length, so that none can be read two ways.
/// </summary>
public static class AuditSeals
{
    public const int BlockSize = 1_000;

    // The first 16 bytes of a SHA-256 over all that an auditor relies on. A personal row has its payload in by payload_hash's own
    // formula, so that the digest stays when payload and salt are erased. That it is personal is in it too: no other row may lose its
    // payload, or anybody could empty what an event said and leave its hash.
    internal const string RowDigest = """
        substr(sha256(convert_to(json_build_array(
          coalesce(c.first_tx, c.tx_id)::text, c.seq, c.id, c.type, c.subject, c.subject_id, c.subject_version, c.node, c.visibility,
          c.actor, c.app, c.origin, c.reason, (extract(epoch from c.occurred_at) * 1000000)::bigint,
          encode(case when c.payload is null then c.payload_hash else sha256(coalesce(c.salt, '') || convert_to(c.payload::text, 'UTF8')) end, 'hex'),
          encode(sha256(convert_to(c.record::text, 'UTF8')), 'hex'), c.salt is not null or c.erased_at is not null
        )::text, 'UTF8')), 1, 16)
        """;

    // Of a seal b that comes after the hash `before`.
    internal const string BlockHash = """
        sha256(b.before || sha256(convert_to(json_build_array(
          b.number, b.epoch, b.to_tx::text, b.to_seq, b.low_seq, b.high_seq, (extract(epoch from b.sealed_at) * 1000000)::bigint, b.seqs
        )::text, 'UTF8')) || coalesce((select string_agg(u.digest, '' order by u.n) from unnest(b.digests) with ordinality u(digest, n)), ''))
        """;

    private const string Last = """
        last as materialized (select s.number, s.epoch, s.to_tx, s.to_seq, s.hash from audit_seal s order by s.number desc limit 1),
        start as materialized (
          select st.epoch, l.epoch < st.epoch as restored, coalesce(l.number, 0) as number, coalesce(l.hash, '') as hash,
                 coalesce(l.to_tx, '0') as tx, coalesce(l.to_seq, -9223372036854775808) as seq, pg_snapshot_xmin(pg_current_snapshot()) as horizon
          from change_log_state st left join last l on true)
        """;

    // Two replicas that seal at once make one seal: the number decides.
    private const string Insert = $"""
        insert into audit_seal (number, epoch, to_tx, to_seq, low_seq, high_seq, seqs, digests, hash, sealed_at)
        select b.number, b.epoch, b.to_tx, b.to_seq, b.low_seq, b.high_seq, b.seqs, b.digests, {BlockHash}, b.sealed_at from block b
        on conflict do nothing
        """;

    /// <summary>Seals the next 1,000 rows, or those that there are. Rows above the horizon wait: others may still come before them.</summary>
    public const string Seal = $"""
        with {Last},
        row as materialized (
          select c.* from start s cross join lateral (
            select c.tx_id, c.seq, {RowDigest} as digest from change_log c
            where (c.tx_id, c.seq) > (s.tx, s.seq) and c.tx_id < s.horizon order by c.tx_id, c.seq limit 1000) c
          where s.restored is not true),
        block as materialized (
          select s.number + 1 as number, s.epoch, s.hash as before, e.tx_id as to_tx, e.seq as to_seq, now() as sealed_at, r.*
          from start s
          cross join (
            select min(seq) as low_seq, max(seq) as high_seq, array_agg(seq order by tx_id, seq) as seqs, array_agg(digest order by tx_id, seq) as digests from row) r
          cross join lateral (select tx_id, seq from row order by tx_id desc, seq desc limit 1) e)
        {Insert}
        """;

    /// <summary>
    /// After a restore rows stand at other places than when they were sealed: one seal of whatever no seal has yet, and after the
    /// newest of them it goes as before.
    /// </summary>
    public const string SealRestored = $"""
        with {Last},
        row as materialized (
          select c.tx_id, c.seq, {RowDigest} as digest from start s join change_log c on c.tx_id < s.horizon
          where s.restored and not exists (select 1 from (select unnest(seqs) as seq from audit_seal) k where k.seq = c.seq)),
        block as materialized (
          select s.number + 1 as number, s.epoch, s.hash as before, coalesce(e.tx_id, '0') as to_tx, coalesce(e.seq, 0) as to_seq, now() as sealed_at, r.*
          from start s
          cross join (
            select coalesce(min(seq), 1) as low_seq, coalesce(max(seq), 0) as high_seq, coalesce(array_agg(seq order by tx_id, seq), array[]::bigint[]) as seqs,
                   coalesce(array_agg(digest order by tx_id, seq), array[]::bytea[]) as digests from row) r
          left join lateral (select c.tx_id, c.seq from change_log c where c.tx_id < s.horizon order by c.tx_id desc, c.seq desc limit 1) e on true
          where s.restored)
        {Insert}
        """;
}
