using Insp1r.Membership.Persons;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>What persons are to organisations and bodies, on what basis their fields leave the node, and the texts that ask for it.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122040100_RolesAndConsents")]
internal sealed class RolesAndConsents : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<string>(name: "erasure_reason", table: "person", type: "text", nullable: true);

        migrationBuilder.CreateTable(
            name: "person_role",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                person_id = table.Column<Guid>(type: "uuid", nullable: false),
                kind = table.Column<string>(type: "text", nullable: false),
                organisation_id = table.Column<Guid>(type: "uuid", nullable: true),
                node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                body = table.Column<string>(type: "text", nullable: true),
                title = table.Column<string>(type: "text", nullable: false),
                starts_on = table.Column<DateOnly>(type: "date", nullable: false),
                ends_on = table.Column<DateOnly>(type: "date", nullable: true),
                end_reason = table.Column<string>(type: "text", nullable: true),
                recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_person_role", x => x.id);
                table.CheckConstraint(
                    "person_role_place",
                    "(kind = 'contact' and organisation_id is not null and body is null) or (kind = 'mandate' and (organisation_id is null) <> (body is null))");
                table.ForeignKey("fk_person_role_person_person_id", x => x.person_id, "person", "id", onDelete: ReferentialAction.Restrict);
                table.ForeignKey(
                    "fk_person_role_member_organisation_organisation_id", x => x.organisation_id, "member_organisation", "id", onDelete: ReferentialAction.Restrict);
            });

        migrationBuilder.CreateTable(
            name: "consent_wording",
            columns: table => new
            {
                purpose = table.Column<string>(type: "text", nullable: false),
                version = table.Column<int>(type: "integer", nullable: false),
                language = table.Column<string>(type: "text", nullable: false),
                text = table.Column<string>(type: "text", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                created_by = table.Column<string>(type: "text", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_consent_wording", x => new { x.purpose, x.version, x.language });
                table.CheckConstraint("consent_wording_language", "language in ('en', 'fr', 'es')");
            });

        migrationBuilder.CreateTable(
            name: "consent",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                person_id = table.Column<Guid>(type: "uuid", nullable: false),
                purpose = table.Column<string>(type: "text", nullable: false),
                basis = table.Column<string>(type: "text", nullable: false),
                fields = table.Column<string[]>(type: "text[]", nullable: false),
                wording_version = table.Column<int>(type: "integer", nullable: true),
                wording_language = table.Column<string>(type: "text", nullable: true),
                given_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                source = table.Column<string>(type: "text", nullable: false),
                recorded_by = table.Column<string>(type: "text", nullable: false),
                recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                withdrawn_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_consent", x => x.id);
                table.CheckConstraint("consent_basis", "(basis = 'consent') = (wording_version is not null and wording_language is not null)");
                table.CheckConstraint("consent_fields", "fields <@ array['name', 'email', 'phone', 'roles']");
                table.ForeignKey("fk_consent_person_person_id", x => x.person_id, "person", "id", onDelete: ReferentialAction.Restrict);
                table.ForeignKey(
                    "fk_consent_wording", x => new { x.purpose, x.wording_version, x.wording_language },
                    "consent_wording", ["purpose", "version", "language"], onDelete: ReferentialAction.Restrict);
            });

        migrationBuilder.CreateIndex(name: "ix_person_role_person_id_id", table: "person_role", columns: ["person_id", "id"]);
        migrationBuilder.CreateIndex(name: "ix_person_role_organisation_id_person_id", table: "person_role", columns: ["organisation_id", "person_id"]);
        migrationBuilder.CreateIndex(name: "ix_consent_person_id_id", table: "consent", columns: ["person_id", "id"]);
        migrationBuilder.Sql(FirstWordings.Create);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable("consent");
        migrationBuilder.DropTable("person_role");
        migrationBuilder.DropTable("consent_wording");
        migrationBuilder.Sql("drop function refuse_change()");
        migrationBuilder.DropColumn(name: "erasure_reason", table: "person");
    }
}
