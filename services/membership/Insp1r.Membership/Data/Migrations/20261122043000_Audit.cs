using Insp1r.Membership.Access;
using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>The log becomes the audit trail: who, from where and why, and the chain of seals.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122043000_Audit")]
internal sealed class Audit : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(ChangeLogSchema.AddAudit);
        migrationBuilder.Sql(AccessSchema.AddId);
    }

    /// <inheritdoc />
    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("The log is append only: a database goes forward.");
}
