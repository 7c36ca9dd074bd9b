using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Merging;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>First days of memberships can be corrected, and what they were before stays.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122092000_FirstDays")]
internal sealed class FirstDays : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(FirstDaySchema.Create);

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(MergingSchema.AffiliationAt);
        migrationBuilder.Sql(FirstDaySchema.Drop);
    }
}
