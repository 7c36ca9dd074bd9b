using Insp1r.Membership.Affiliations;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Memberships of their own, several at once, each dated; decisions become their moves. What held on a day is told by the database.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122070000_Affiliations")]
internal sealed class Affiliations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("""
            create table affiliation (
              id uuid primary key, version int not null, organisation_id uuid not null references member_organisation (id), node text collate "C" not null,
              through_id uuid references member_organisation (id), since date not null, until date, first_category text not null, first_status text not null,
              category text not null, status text not null, recorded_by text not null, recorded_at timestamptz not null,
              constraint affiliation_status check (status in ('applied', 'admitted', 'active', 'suspended', 'withdrawn', 'excluded', 'lapsed')),
              constraint affiliation_category check (category in ('full', 'associate', 'strategic-partner', 'observer')));
            create unique index affiliation_one_at_a_time on affiliation (organisation_id, node) where until is null;
            create index ix_affiliation_organisation_id_since on affiliation (organisation_id, since);
            create index ix_affiliation_node_id on affiliation (node, id);
            create index ix_affiliation_through_id on affiliation (through_id) where through_id is not null;
            create table affiliation_move (
              id uuid primary key, affiliation_id uuid not null references affiliation (id), effective date not null, status text not null, category text not null,
              reason text not null, decided_by text not null, decided_on date not null, is_correction boolean not null, recorded_by text not null,
              recorded_at timestamptz not null, revoked_at timestamptz, revoked_by text, revoked_reason text);
            create index ix_affiliation_move_affiliation_id_effective_id on affiliation_move (affiliation_id, effective, id);

            alter table member_organisation drop constraint member_organisation_status;
            alter table member_organisation add constraint member_organisation_status check (status in ('applied', 'admitted', 'active', 'suspended', 'withdrawn', 'excluded', 'lapsed'));
            alter table member_organisation add column since date, add column recorded_at timestamptz;
            update member_organisation set since = (created_at at time zone 'utc')::date, recorded_at = created_at;
            alter table member_organisation alter column since set not null, alter column recorded_at set not null;
            alter table network_node add column since date, add column named_since date;
            update network_node set since = (created_at at time zone 'utc')::date, named_since = (created_at at time zone 'utc')::date;
            -- The founding meeting in Geneva, 30 November and 1 December 2019.
            update network_node set since = '2019-11-30', named_since = '2019-11-30' where path = 'insp1r';
            alter table network_node alter column since set not null, alter column named_since set not null;

            insert into affiliation (id, version, organisation_id, node, since, until, first_category, first_status, category, status, recorded_by, recorded_at)
            select gen_random_uuid(), 1, o.id, o.node, o.since,
                   case when o.status = 'withdrawn' then (select max(d.recorded_at at time zone 'utc')::date from organisation_decision d where d.organisation_id = o.id) end,
                   'full', 'active', 'full', o.status, 'system', o.created_at
            from member_organisation o;
            insert into affiliation_move (id, affiliation_id, effective, status, category, reason, decided_by, decided_on, is_correction, recorded_by, recorded_at)
            select d.id, a.id, (d.recorded_at at time zone 'utc')::date, d.to_status, 'full', d.reason, d.decided_by, d.decided_on, false, d.client_id, d.recorded_at
            from organisation_decision d join affiliation a on a.organisation_id = d.organisation_id;
            drop table organisation_decision;
            """);
        migrationBuilder.Sql(AsOfSchema.Create);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => throw new NotSupportedException("Several memberships at once do not fit into what was before.");
}
