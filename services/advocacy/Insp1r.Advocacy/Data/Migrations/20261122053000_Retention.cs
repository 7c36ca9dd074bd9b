using Insp1r.Messaging.Retention;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Advocacy.Data.Migrations;

/// <summary>What the retention rules removed.</summary>
[DbContext(typeof(AdvocacyDb))]
[Migration("20261122053000_Retention")]
internal sealed class Retention : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(RetentionSchema.Create);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("retention_run");
}
