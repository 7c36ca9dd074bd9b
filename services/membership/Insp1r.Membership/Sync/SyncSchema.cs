namespace Insp1r.Membership.Sync;

/// <summary>The tables of sync, for a migration.</summary>
internal static class SyncSchema
{
    public const string Create = """
        create table sync_conflict (
          id uuid primary key,
          organisation_id uuid not null references member_organisation,
          node text collate "C" not null,
          external_id text not null,
          client_id text not null,
          base_version int not null,
          current_version int not null,
          theirs json not null,
          ours json not null,
          created_at timestamptz not null,
          resolved_at timestamptz,
          resolved_by text,
          taken text check (taken in ('theirs', 'ours')));
        comment on column sync_conflict.theirs is 'What the client sent; ours is what the platform had then.';
        -- One open conflict for each organisation: pushing again replaces what was sent before.
        create unique index sync_conflict_open on sync_conflict (organisation_id) where resolved_at is null;

        create table sync_chunk (
          client_id text not null, key text not null, chunk_no int not null,
          body_hash bytea not null, results bytea not null, counts int[] not null, created_at timestamptz not null,
          primary key (client_id, key, chunk_no));
        -- The results are compressed already.
        alter table sync_chunk alter column results set storage external;
        create index sync_chunk_created_at on sync_chunk (created_at);

        create table sync_state (
          node text collate "C" not null, client_id text not null, last_contact timestamptz not null,
          created int not null, updated int not null, unchanged int not null, conflicts int not null, rejected int not null,
          primary key (node, client_id));
        comment on table sync_state is 'The last batch of each client for each node: how fresh the network''s data is.';
        """;
}
