using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Advocacy.Data.Migrations;

/// <summary>The place up to which the log is gone is a whole position.</summary>
[DbContext(typeof(AdvocacyDb))]
[Migration("20261122020000_TrimmedPosition")]
internal sealed class TrimmedPosition : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(ChangeLogSchema.AddTrimmedSeq);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table change_log_state drop column trimmed_seq");
}
