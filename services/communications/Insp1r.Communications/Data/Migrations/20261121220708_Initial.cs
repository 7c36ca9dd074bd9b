using System;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Insp1r.Communications.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(ChangeLogSchema.Create);
            migrationBuilder.Sql(IdempotencySchema.Create);

            migrationBuilder.CreateTable(
                name: "announcement",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    outcome_id = table.Column<Guid>(type: "uuid", nullable: false),
                    languages = table.Column<string>(type: "jsonb", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    released_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_announcement", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "member_organisation",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    names = table.Column<string>(type: "jsonb", nullable: false),
                    acronym = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_member_organisation", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "network_node",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    path = table.Column<string>(type: "text", nullable: false),
                    level = table.Column<string>(type: "text", nullable: false),
                    names = table.Column<string>(type: "jsonb", nullable: false),
                    country = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_network_node", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "public_event",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "jsonb", nullable: false),
                    source_language = table.Column<string>(type: "text", nullable: false),
                    description = table.Column<string>(type: "jsonb", nullable: true),
                    place = table.Column<string>(type: "text", nullable: true),
                    online = table.Column<bool>(type: "boolean", nullable: false),
                    starts_on = table.Column<DateOnly>(type: "date", nullable: false),
                    ends_on = table.Column<DateOnly>(type: "date", nullable: false),
                    source = table.Column<string>(type: "text", nullable: true),
                    participants = table.Column<int>(type: "integer", nullable: true),
                    speakers = table.Column<string>(type: "jsonb", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_public_event", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_announcement_node_id",
                table: "announcement",
                columns: new[] { "node", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_announcement_outcome_id_node",
                table: "announcement",
                columns: new[] { "outcome_id", "node" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_network_node_path",
                table: "network_node",
                column: "path");

            migrationBuilder.CreateIndex(
                name: "ix_public_event_starts_on_id",
                table: "public_event",
                columns: new[] { "starts_on", "id" });
        }
    }
}
