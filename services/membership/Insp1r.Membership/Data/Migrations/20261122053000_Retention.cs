using Insp1r.Messaging.Retention;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>What the retention rules removed, and since when an invitation waits.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122053000_Retention")]
internal sealed class Retention : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql(RetentionSchema.Create);
        migrationBuilder.AddColumn<DateTimeOffset>(name: "invited_at", table: "account", type: "timestamp with time zone", nullable: true);
        // An account that begins anew looks the same, and is none that nobody took up.
        migrationBuilder.Sql("""
            update account a set invited_at = now()
            where a.activated_at is null and a.closed_at is null
              and not exists (select 1 from change_log c where c.subject_id = a.id and c.type = 'membership.account-recovered')
            """);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropColumn(name: "invited_at", table: "account");
        migrationBuilder.DropTable("retention_run");
    }
}
