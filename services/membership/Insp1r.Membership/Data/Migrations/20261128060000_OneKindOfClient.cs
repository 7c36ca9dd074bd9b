using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>
/// Systems and apps are one kind of record, and OpenIddict keeps codes and refresh tokens. Nothing that was out is taken over: apps ask
/// people to sign in again, systems ask for a new token. Signing keys are encrypted from now on, so those that were not go.
/// </summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261128060000_OneKindOfClient")]
internal sealed class OneKindOfClient : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table client (
          id uuid constraint pk_client primary key,
          client_id text collate "C" not null constraint ak_client_client_id unique,
          kind text not null,
          description text not null,
          grants text[] not null,
          scopes text[] not null,
          redirect_addresses text[] not null default '{}',
          signed_out_addresses text[] not null default '{}',
          origins text[] not null default '{}',
          device_flow boolean not null default false,
          secret_hash bytea,
          previous_secret_hash bytea,
          previous_secret_until timestamptz,
          created_at timestamptz not null,
          created_by text not null,
          revoked_at timestamptz,
          version int not null default 1,
          access_version int not null default 1,
          access_changed_at timestamptz);
        comment on column client.secret_hash is 'SHA-256 of a secret of 256 random bits: too many to guess, so no slow hash is needed.';
        comment on column client.access_version is 'Raised by each change of grants, scopes or standing: tokens carry it, and older ones are refused.';
        create index ix_client_access_changed_at on client (access_changed_at) where access_changed_at is not null;

        insert into client (id, client_id, kind, description, grants, scopes, secret_hash, previous_secret_hash, previous_secret_until,
          created_at, created_by, revoked_at, version, access_version, access_changed_at)
        select id, client_id, 'system', description, grants, scopes, secret_hash, previous_secret_hash, previous_secret_until,
          created_at, created_by, revoked_at, version, access_version, access_changed_at
        from api_client;
        insert into client (id, client_id, kind, description, grants, scopes, redirect_addresses, created_at, created_by, revoked_at, version)
        select id, client_id, 'app', name, '{}', scopes, redirect_uris, created_at, created_by, revoked_at, version from app;

        create table session_token (
          id uuid constraint pk_session_token primary key,
          application_id uuid constraint fk_session_token_client_application_id references client (id) on delete cascade,
          authorization_id uuid constraint fk_session_token_account_session_authorization_id references account_session (id) on delete cascade,
          concurrency_token text,
          creation_date timestamptz,
          expiration_date timestamptz,
          payload text,
          redemption_date timestamptz,
          reference_id text,
          status text,
          subject text,
          type text);
        comment on table session_token is 'Codes, refresh tokens and pushed requests of OpenIddict. What is in payload is encrypted; reference_id is a hash.';
        create unique index ix_session_token_reference_id on session_token (reference_id);
        create index ix_session_token_authorization_id on session_token (authorization_id);
        create index ix_session_token_expiration_date on session_token (expiration_date);

        delete from account_session where app is not null and app not in (select client_id from client);
        update account_session set ended_at = now(), ended_because = 'tokens-replaced' where app is not null and ended_at is null;
        alter table account_session add constraint fk_account_session_client_app foreign key (app) references client (client_id) on delete cascade;

        drop table app, authorization_code, refresh_token, api_client;

        delete from signing_key;
        alter table signing_key rename column private_key to protected_key;
        comment on column signing_key.protected_key is 'PKCS 8, encrypted by Data Protection, whose keys lie outside the database.';
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table api_client (
          client_id text primary key, secret_hash bytea not null, description text not null, grants text[] not null, scopes text[] not null,
          created_at timestamptz not null, created_by text not null, revoked_at timestamptz,
          version int not null default 1, access_version int not null default 1, access_changed_at timestamptz,
          previous_secret_hash bytea, previous_secret_until timestamptz, id uuid not null default gen_random_uuid());
        create index api_client_access_changed_at on api_client (access_changed_at) where access_changed_at is not null;
        insert into api_client
        select client_id, secret_hash, description, grants, scopes, created_at, created_by, revoked_at, version, access_version, access_changed_at,
          previous_secret_hash, previous_secret_until, id from client where kind = 'system';

        create table app (
          client_id text constraint app_pk primary key, created_at timestamptz not null, created_by text not null, name text not null,
          redirect_uris text[] not null, revoked_at timestamptz, scopes text[] not null, version int not null, id uuid not null default gen_random_uuid());
        insert into app select client_id, created_at, created_by, description, redirect_addresses, revoked_at, scopes, version, id from client where kind = 'app';

        create table authorization_code (
          hash bytea constraint pk_authorization_code primary key,
          account_id uuid not null constraint fk_authorization_code_account_account_id references account (id) on delete cascade,
          client_id text not null, redirect_uri text not null, challenge text not null, scopes text[] not null, nonce text, second_factor boolean not null,
          provider text, signed_in_at timestamptz not null, session_id uuid not null, expires_at timestamptz not null, used_at timestamptz);
        create index ix_authorization_code_expires_at on authorization_code (expires_at);
        create table refresh_token (
          hash bytea constraint pk_refresh_token primary key,
          session_id uuid not null constraint fk_refresh_token_account_session_session_id references account_session (id) on delete cascade,
          expires_at timestamptz not null, used_at timestamptz);
        create index ix_refresh_token_session_id on refresh_token (session_id);
        create index ix_refresh_token_expires_at on refresh_token (expires_at);

        alter table account_session drop constraint fk_account_session_client_app;
        drop table session_token, client;
        delete from signing_key;
        alter table signing_key rename column protected_key to private_key;
        """);
}
