using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>That two records are two organisations can be listed, withdrawn and said again.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122093001_WithdrawnDismissals")]
internal sealed class WithdrawnDismissals : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table not_duplicate drop constraint pk_not_duplicate, add column id uuid not null default gen_random_uuid(), add column withdrawn_at timestamptz;
        alter table not_duplicate alter column id drop default, add constraint pk_not_duplicate primary key (id);
        create unique index ix_not_duplicate_older_id_newer_id on not_duplicate (older_id, newer_id) where withdrawn_at is null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop index ix_not_duplicate_older_id_newer_id;
        delete from not_duplicate where withdrawn_at is not null;
        alter table not_duplicate drop constraint pk_not_duplicate, drop column withdrawn_at, drop column id, add constraint pk_not_duplicate primary key (older_id, newer_id);
        """);
}
