using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>
/// Which roles ended because a membership did, and when their terms would have ended: what is needed to give them back with it. Of those that ended before,
/// nobody knows their terms any more, and they stay ended.
/// </summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122093002_RolesGivenBack")]
internal sealed class RolesGivenBack : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table person_role add column ended_with_id uuid references affiliation (id), add column term_ends_on date;
        create index ix_person_role_ended_with_id on person_role (ended_with_id) where ended_with_id is not null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table person_role drop column ended_with_id, drop column term_ends_on");
}
