using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Communications.Data.Migrations;

/// <summary>Whom membership erased.</summary>
[DbContext(typeof(CommunicationsDb))]
[Migration("20261122040000_ErasedPersons")]
internal sealed class ErasedPersons : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        name: "erased_person",
        columns: table => new
        {
            id = table.Column<Guid>(type: "uuid", nullable: false),
            version = table.Column<int>(type: "integer", nullable: false),
            erased_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
        },
        constraints: table => table.PrimaryKey("pk_erased_person", x => x.id));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("erased_person");
}
