using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Bodies that decide, and their decisions. Those that somebody has a mandate in are there already: they are added, with their events.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122084100_Bodies")]
internal sealed class Bodies : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table decision_body (
          id uuid primary key, version int not null, node varchar(200) collate "C" not null references network_node (path), code text collate "C" not null, names jsonb not null,
          starts_on date not null, ends_on date, created_at timestamptz not null, updated_at timestamptz not null);
        create unique index decision_body_node_code on decision_body (node, code);

        create table body_decision (
          id uuid primary key, body_id uuid not null references decision_body (id), decided_on date not null, subject text not null, text text not null, majority text not null,
          quorum_needed int not null, present int not null, votes_for int not null, votes_against int not null, abstained int not null, result text not null, minutes text,
          concerns jsonb not null, corrects_id uuid references body_decision (id), recorded_by text not null, recorded_at timestamptz not null,
          constraint body_decision_votes check (
            present >= quorum_needed and quorum_needed >= 1 and least(votes_for, votes_against, abstained) >= 0 and votes_for + votes_against + abstained <= present));
        create index ix_body_decision_body_id_decided_on_id on body_decision (body_id, decided_on, id);
        create unique index body_decision_corrected_once on body_decision (corrects_id);

        create index ix_person_role_node_body on person_role (node, body) where body is not null;
        alter table affiliation_move add column decision_id uuid references body_decision (id);

        with body as (
          insert into decision_body (id, version, node, code, names, starts_on, created_at, updated_at)
          select gen_random_uuid(), 1, r.node, r.body,
                 case r.body
                   when 'assembly' then '{"en": "Assembly", "es": "Asamblea", "fr": "Assemblée"}'::jsonb
                   when 'steering-committee' then '{"en": "Steering committee", "es": "Comité directivo", "fr": "Comité de pilotage"}'::jsonb
                   when 'board' then '{"en": "Board", "es": "Junta directiva", "fr": "Conseil d''administration"}'::jsonb
                   when 'audit' then '{"en": "Audit committee", "es": "Comisión de control", "fr": "Commission de contrôle"}'::jsonb
                   else jsonb_build_object('en', upper(left(r.body, 1)) || replace(substr(r.body, 2), '-', ' ')) end,
                 min(r.starts_on), now(), now()
          from person_role r where r.body is not null group by r.node, r.body
          returning *)
        insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, actor, origin, occurred_at)
        select gen_random_uuid(), 'membership.body-added.v1', 'body', id, 1, node, 'feed',
               json_build_object('state', json_build_object('id', id, 'version', 1, 'node', node, 'code', code, 'names', names, 'from', starts_on, 'to', null)), 'system', 'job', now()
        from body;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table affiliation_move drop column decision_id;
        drop index ix_person_role_node_body;
        drop table body_decision;
        drop table decision_body;
        """);
}
