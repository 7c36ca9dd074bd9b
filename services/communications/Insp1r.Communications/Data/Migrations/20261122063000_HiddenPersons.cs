using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Communications.Data.Migrations;

/// <summary>Whom membership says to name no more.</summary>
[DbContext(typeof(CommunicationsDb))]
[Migration("20261122063000_HiddenPersons")]
internal sealed class HiddenPersons : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.CreateTable(
        name: "hidden_person",
        columns: table => new
        {
            id = table.Column<Guid>(type: "uuid", nullable: false),
            version = table.Column<int>(type: "integer", nullable: false),
            hidden = table.Column<bool>(type: "boolean", nullable: false)
        },
        constraints: table => table.PrimaryKey("pk_hidden_person", x => x.id));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("hidden_person");
}
