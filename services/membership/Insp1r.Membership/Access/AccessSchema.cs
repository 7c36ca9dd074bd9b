namespace Insp1r.Membership.Access;

/// <summary>Clients and keys are read and written by the SQL in this folder alone; no entity maps them.</summary>
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
}
