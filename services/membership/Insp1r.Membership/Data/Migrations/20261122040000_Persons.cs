using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Persons, each field with the level that it is published at.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122040000_Persons")]
internal sealed class Persons : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "person",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                version = table.Column<int>(type: "integer", nullable: false),
                node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                name = table.Column<string>(type: "text", nullable: false),
                email = table.Column<string>(type: "text", nullable: true),
                phone = table.Column<string>(type: "text", nullable: true),
                language = table.Column<string>(type: "text", nullable: false),
                at_risk = table.Column<bool>(type: "boolean", nullable: false),
                name_level = table.Column<string>(type: "text", nullable: false),
                email_level = table.Column<string>(type: "text", nullable: false),
                phone_level = table.Column<string>(type: "text", nullable: false),
                roles_level = table.Column<string>(type: "text", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                erased_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_person", x => x.id);
                table.CheckConstraint("person_language", "language in ('en', 'fr', 'es')");
                table.CheckConstraint(
                    "person_levels", "array[name_level, email_level, phone_level, roles_level] <@ array['public', 'network', 'node', 'private']");
                table.CheckConstraint("person_erased", "erased_at is null or (name = '' and email is null and phone is null)");
            });

        migrationBuilder.CreateIndex(name: "ix_person_node_id", table: "person", columns: ["node", "id"]);
    }

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("person");
}
