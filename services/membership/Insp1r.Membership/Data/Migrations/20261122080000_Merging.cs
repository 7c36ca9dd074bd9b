using Insp1r.Membership.Merging;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>What finds a record exactly, what was said not to be a duplicate, and merges with all that it takes to undo them.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122080000_Merging")]
internal sealed class Merging : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""
            alter table member_organisation add column keys text[] collate "C", add column merged_into uuid references member_organisation (id);
            """);
        migrationBuilder.Sql(MergingSchema.FillKeys);
        migrationBuilder.Sql("""
            alter table member_organisation alter column keys set not null;
            create index ix_member_organisation_keys on member_organisation using gin (keys);
            create index ix_member_organisation_merged_into on member_organisation (merged_into) where merged_into is not null;

            alter table affiliation add column yields_on date, add column held_from timestamptz not null default '-infinity';
            drop index affiliation_one_at_a_time;
            create unique index affiliation_one_at_a_time on affiliation (organisation_id, node) where until is null and yields_on is null;

            create table not_duplicate (
              older_id uuid not null references member_organisation (id), newer_id uuid not null references member_organisation (id),
              reason text, said_by text not null, said_at timestamptz not null,
              constraint pk_not_duplicate primary key (older_id, newer_id), constraint not_duplicate_order check (older_id < newer_id));

            create table organisation_merge (
              id uuid primary key, survivor_id uuid not null references member_organisation (id), merged_id uuid not null references member_organisation (id),
              node text collate "C" not null, merged_node text collate "C" not null, reason text, snapshot jsonb not null,
              merged_at timestamptz not null, merged_by text not null, undone_at timestamptz, undone_by text);
            create index ix_organisation_merge_survivor_id on organisation_merge (survivor_id);
            """);
        migrationBuilder.Sql(MergingSchema.Create);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("A merged record does not fit into what was before.");
}
