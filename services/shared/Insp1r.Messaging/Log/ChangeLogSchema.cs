using Insp1r.Messaging.Retention;

namespace Insp1r.Messaging.Log;

/// <summary>The tables of the log and its readers, for a service's first migration.</summary>
public static class ChangeLogSchema
{
    public const string Create = $"""
        create table change_log (
          tx_id xid8 not null default pg_current_xact_id(),
          seq bigint generated always as identity,
          id uuid not null,
          type text not null,
          subject text not null,
          subject_id uuid not null,
          subject_version int not null,
          node text collate "C" not null,
          visibility text not null,
          payload json,
          trace_parent text,
          occurred_at timestamptz not null,
          primary key (tx_id, seq));
        comment on table change_log is 'Append only. Everything that happened in this service, in the transaction of its change.';
        create index change_log_subject on change_log (subject_id, subject_version);

        create table change_log_state (
          only_row boolean primary key default true check (only_row),
          epoch int not null,
          trimmed_to xid8 not null,
          trimmed_seq bigint not null default 0);
        comment on column change_log_state.epoch is 'Raised after a restore: cursors of another epoch are answered 410.';
        insert into change_log_state (epoch, trimmed_to) values (1, '0');

        create table log_reader (name text primary key, tx_id xid8 not null, seq bigint not null, moved_at timestamptz not null);
        insert into log_reader values ('broker', '0', 0, now());

        create table change_log_dead (
          id uuid primary key, tx_id xid8 not null, seq bigint not null, type text not null,
          reason text not null, attempts int not null, died_at timestamptz not null);

        create table inbox_message (
          message_id uuid not null, consumer text not null, received_at timestamptz not null default now(),
          primary key (message_id, consumer));
        create index inbox_message_received_at on inbox_message (received_at);

        {AddAudit}
        {RetentionSchema.Create}
        """;

    /// <summary>For a database that was made before the place up to which the log is gone was a whole position.</summary>
    public const string AddTrimmedSeq = "alter table change_log_state add column if not exists trimmed_seq bigint not null default 0";

    /// <summary>For a database that was sealed before a digest said whether its row is personal: the log is sealed anew, from its beginning.</summary>
    public const string SealAnew = "delete from audit_seal";

    /// <summary>For a database that was made before the log was the audit trail.</summary>
    public const string AddAudit = """
        alter table change_log
          drop constraint if exists change_log_visibility_check,
          add constraint change_log_visibility_check check (visibility in ('internal', 'feed', 'audit')),
          add column if not exists record json,
          add column if not exists actor text,
          add column if not exists app text,
          add column if not exists origin text,
          add column if not exists reason text,
          add column if not exists salt bytea,
          add column if not exists payload_hash bytea,
          add column if not exists erased_at timestamptz,
          add column if not exists first_tx xid8;
        comment on column change_log.visibility is 'feed: an event for everybody; internal: for the platform''s services; audit: no event, for the audit trail alone.';
        comment on column change_log.record is 'The whole record, where the event in payload tells only a part of it.';
        comment on column change_log.actor is 'A client or an account, by id; system for what no request caused; null for what is older than the trail.';
        comment on column change_log.payload_hash is 'sha256(salt || payload) of a row with personal data: it stays when payload and salt are erased.';
        comment on column change_log.first_tx is 'The transaction it was written in, where a restore put another into tx_id.';
        create index if not exists change_log_node on change_log (node, tx_id, seq);

        create table if not exists audit_seal (
          number bigint primary key,
          epoch int not null,
          to_tx xid8 not null,
          to_seq bigint not null,
          low_seq bigint not null,
          high_seq bigint not null,
          seqs bigint[] not null,
          digests bytea[] not null,
          hash bytea not null,
          sealed_at timestamptz not null);
        comment on table audit_seal is 'Blocks of the log in its order: the digest of each row, chained by hash. Append only, and kept for ever.';
        create index if not exists audit_seal_high_seq on audit_seal (high_seq);
        -- Digests are random: compressing them is lost work.
        alter table audit_seal alter column digests set storage external;
        """;
}
