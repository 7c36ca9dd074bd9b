using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>What members offer, how many affiliates they have, and what sources say of the networks.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122083000_ServicesStrengthFigures")]
internal sealed class ServicesStrengthFigures : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table member_service (
          id uuid primary key, version int not null, organisation_id uuid not null references member_organisation (id), node text collate "C" not null, kind text not null,
          other_kind text, branches text[] not null, target_groups text[] not null, countries text[] not null, description jsonb not null, starts_on date, ends_on date,
          source text, source_url text, reach jsonb not null, search text collate "C" not null, recorded_at timestamptz not null, updated_at timestamptz not null);
        create index ix_member_service_organisation_id_id on member_service (organisation_id, id);
        create index ix_member_service_node_id on member_service (node, id);

        create table member_strength (
          id uuid not null, version int not null, organisation_id uuid not null references member_organisation (id), node text collate "C" not null, year int not null,
          total int not null, women int, men int, ages jsonb, informal_share numeric(5, 2), source text not null, source_url text, reason text, recorded_by text not null,
          recorded_at timestamptz not null, superseded_at timestamptz, constraint pk_member_strength primary key (id, version));
        create unique index member_strength_one_a_year on member_strength (organisation_id, year) where superseded_at is null;

        create table network_figure (
          id uuid primary key, node text collate "C" not null references network_node (path), measure text not null, value bigint not null, qualifier text not null,
          wording text not null, as_of date not null, precision text not null, source text not null, source_url text, corrects uuid references network_figure (id),
          reason text, recorded_by text not null, recorded_at timestamptz not null);
        create unique index network_figure_corrected_once on network_figure (corrects) where corrects is not null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table network_figure; drop table member_strength; drop table member_service");
}
