using Insp1r.Messaging.Log;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Communications.Data.Migrations;

/// <summary>The digest of a row says whether it is personal: what was sealed without that is sealed again.</summary>
[DbContext(typeof(CommunicationsDb))]
[Migration("20261122064000_SealAnew")]
internal sealed class SealAnew : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(ChangeLogSchema.SealAnew);

    /// <inheritdoc />
    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("The log is append only: a database goes forward.");
}
