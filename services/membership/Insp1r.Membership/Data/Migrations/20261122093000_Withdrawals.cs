using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Strength, services and figures that were recorded by mistake can be taken back.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122093000_Withdrawals")]
internal sealed class Withdrawals : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table member_strength
          add column withdrawn_reason text, add constraint member_strength_withdrawn check (withdrawn_reason is null or superseded_at is not null);
        alter table member_service add column withdrawn_at timestamptz;
        alter table network_figure
          add column withdrawn_at timestamptz, add column withdrawn_reason text,
          add constraint network_figure_withdrawn check (num_nonnulls(withdrawn_at, withdrawn_reason) in (0, 2));
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table member_strength drop column withdrawn_reason;
        alter table member_service drop column withdrawn_at;
        alter table network_figure drop column withdrawn_at, drop column withdrawn_reason;
        """);
}
