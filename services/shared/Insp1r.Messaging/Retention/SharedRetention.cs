namespace Insp1r.Messaging.Retention;

/// <summary>What every service keeps, and for how long. By its bounds the inbox never forgets what a log can still send again.</summary>
internal static class SharedRetention
{
    public const string Log = "log";

    public static readonly RetentionRule[] Rules =
    [
        new(Log, "Rows of the change log, which is the audit trail: when their seal is that old. What was not relayed stays.",
            Days: 1_826, Least: 400, Most: 1_826,
            "Accountability (GDPR, Art. 5(2)): who changed what can be told for 5 years, a usual limit of civil claims (such as Code civil, Art. 2224). Readers of the feed may be away for 400 days.",
            Removal.BySql(OldestOfLog, RemoveLog)),
        new("inbox", "The ids of events that were handled.",
            Days: 1_856, Least: 1_856, Most: 3_652,
            "Longer than any log, so that a replay does nothing twice. Ids and times only.",
            Removal.OfRows("inbox_message", "received_at")),
        new("idempotency-keys", "Idempotency-Keys and the answers kept for them, which may hold personal data.",
            Days: 30, Least: 7, Most: 90,
            "Storage limitation (GDPR, Art. 5(1)(e)): a client that was off for weeks can still send its request again.",
            Removal.OfRows("idempotency_key", "created_at")),
        new("retention-runs", "What the runs of these rules removed.",
            Days: 400, Least: 90, Most: 1_826,
            "Accountability (GDPR, Art. 5(2)): that the rules were kept can be shown for a year.",
            Removal.OfRows("retention_run", "started_at")),
    ];

    private const string OldestOfLog = "select occurred_at from change_log order by tx_id, seq limit 1";

    /// <summary>
    /// What was not relayed stays, however old, and so does what was not sealed for as long: verification accepts that a row is gone
    /// where its seal is that old, and nothing else. A cursor from before what is gone is answered 410.
    /// </summary>
    public const string RemoveLog = """
        with sealed as materialized (
          select s.to_tx, s.to_seq from audit_seal s where s.sealed_at < $1 order by s.number desc limit 1),
        old as (
          select c.tx_id, c.seq, c.occurred_at from change_log c
          where (c.tx_id, c.seq) <= (select r.tx_id, r.seq from log_reader r where r.name = 'broker')
            and (c.tx_id, c.seq) <= (select to_tx, to_seq from sealed) and (coalesce(c.first_tx, c.tx_id), c.seq) <= (select to_tx, to_seq from sealed)
          order by c.tx_id, c.seq limit 1000),
        gone as (
          delete from change_log c using old
          where c.tx_id = old.tx_id and c.seq = old.seq and old.occurred_at < $1 returning c.tx_id, c.seq),
        last as (select tx_id, seq from gone order by tx_id desc, seq desc limit 1),
        trimmed as (update change_log_state set trimmed_to = last.tx_id, trimmed_seq = last.seq from last)
        select count(*) from gone
        """;
}
