namespace Insp1r.Membership.Access;

/// <summary>The statements of old migrations.</summary>
internal static class AccessSchema
{
    public const string Create = """
        create table api_client (
          client_id text primary key,
          secret_hash bytea not null,
          description text not null,
          grants text[] not null,
          scopes text[] not null,
          created_at timestamptz not null,
          created_by text not null,
          revoked_at timestamptz);
        comment on column api_client.secret_hash is 'SHA-256 of a secret of 256 random bits: too many to guess, so no slow hash is needed.';

        create table signing_key (
          kid text primary key,
          private_key bytea not null,
          created_at timestamptz not null);
        """;

    public const string AddLifeCycle = """
        alter table api_client
          add column version int not null default 1,
          add column access_version int not null default 1,
          add column access_changed_at timestamptz,
          add column previous_secret_hash bytea,
          add column previous_secret_until timestamptz;
        comment on column api_client.access_version is 'Raised by each change of grants, scopes or standing: tokens carry it, and older ones are refused.';
        create index api_client_access_changed_at on api_client (access_changed_at) where access_changed_at is not null;
        """;

    public const string AddId = """
        alter table api_client add column id uuid not null default gen_random_uuid();
        comment on column api_client.id is 'Names the client in the audit trail.';
        """;
}
