using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>When a record was last said to be still right. It stands beside the record, which it does not change.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122084000_Confirmations")]
internal sealed class Confirmations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table organisation_confirmation (
          organisation_id uuid primary key references member_organisation (id), confirmed_at timestamptz not null);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("organisation_confirmation");
}
