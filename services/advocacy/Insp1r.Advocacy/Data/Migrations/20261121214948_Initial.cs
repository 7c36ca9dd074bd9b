using System;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Insp1r.Advocacy.Data.Migrations
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
                name: "campaign",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    continent = table.Column<string>(type: "text", nullable: false),
                    parent_id = table.Column<Guid>(type: "uuid", nullable: true),
                    title = table.Column<string>(type: "jsonb", nullable: false),
                    source_language = table.Column<string>(type: "text", nullable: false),
                    description = table.Column<string>(type: "jsonb", nullable: true),
                    starts_on = table.Column<DateOnly>(type: "date", nullable: true),
                    ends_on = table.Column<DateOnly>(type: "date", nullable: true),
                    publication = table.Column<string>(type: "text", nullable: false),
                    is_open = table.Column<bool>(type: "boolean", nullable: false),
                    search_text = table.Column<string>(type: "text", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_campaign", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "demand",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    continent = table.Column<string>(type: "text", nullable: false),
                    campaign_id = table.Column<Guid>(type: "uuid", nullable: true),
                    title = table.Column<string>(type: "jsonb", nullable: false),
                    source_language = table.Column<string>(type: "text", nullable: false),
                    text = table.Column<string>(type: "jsonb", nullable: true),
                    target_bodies = table.Column<string[]>(type: "text[]", nullable: false),
                    sdg_targets = table.Column<string[]>(type: "text[]", nullable: false),
                    instruments = table.Column<string[]>(type: "text[]", nullable: false),
                    branches = table.Column<string[]>(type: "text[]", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    publication = table.Column<string>(type: "text", nullable: false),
                    is_open = table.Column<bool>(type: "boolean", nullable: false),
                    search_text = table.Column<string>(type: "text", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_demand", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "member_organisation",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    acronym = table.Column<string>(type: "text", nullable: true),
                    country = table.Column<string>(type: "text", nullable: false),
                    types = table.Column<string[]>(type: "text[]", nullable: false),
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
                name: "outcome",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    continent = table.Column<string>(type: "text", nullable: false),
                    demand_id = table.Column<Guid>(type: "uuid", nullable: true),
                    campaign_id = table.Column<Guid>(type: "uuid", nullable: true),
                    title = table.Column<string>(type: "jsonb", nullable: false),
                    source_language = table.Column<string>(type: "text", nullable: false),
                    statement = table.Column<string>(type: "jsonb", nullable: true),
                    significance = table.Column<string>(type: "jsonb", nullable: true),
                    social_actor = table.Column<string>(type: "text", nullable: true),
                    occurred_on = table.Column<DateOnly>(type: "date", nullable: true),
                    country = table.Column<string>(type: "text", nullable: true),
                    type = table.Column<string>(type: "text", nullable: true),
                    polarity = table.Column<string>(type: "text", nullable: true),
                    intended = table.Column<bool>(type: "boolean", nullable: true),
                    policy_stage = table.Column<string>(type: "text", nullable: true),
                    sdg_targets = table.Column<string[]>(type: "text[]", nullable: false),
                    branches = table.Column<string[]>(type: "text[]", nullable: false),
                    contributions = table.Column<string>(type: "jsonb", nullable: false),
                    evidence = table.Column<string>(type: "jsonb", nullable: false),
                    publication = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    is_open = table.Column<bool>(type: "boolean", nullable: false),
                    substantiated_by = table.Column<string>(type: "text", nullable: true),
                    substantiated_on = table.Column<DateOnly>(type: "date", nullable: true),
                    search_text = table.Column<string>(type: "text", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outcome", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "target_body",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    names = table.Column<string>(type: "jsonb", nullable: false),
                    level = table.Column<string>(type: "text", nullable: false),
                    area = table.Column<string>(type: "text", nullable: true),
                    country = table.Column<string>(type: "text", nullable: true),
                    source = table.Column<string>(type: "text", nullable: true),
                    node = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_target_body", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "substantiation",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    outcome_id = table.Column<Guid>(type: "uuid", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false),
                    verdict = table.Column<string>(type: "text", nullable: false),
                    comment = table.Column<string>(type: "text", nullable: true),
                    given_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_substantiation", x => x.id);
                    table.ForeignKey(
                        name: "fk_substantiation_outcome_outcome_id",
                        column: x => x.outcome_id,
                        principalTable: "outcome",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_campaign_node_id",
                table: "campaign",
                columns: new[] { "node", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_campaign_parent_id",
                table: "campaign",
                column: "parent_id");

            migrationBuilder.CreateIndex(
                name: "ix_demand_campaign_id",
                table: "demand",
                column: "campaign_id");

            migrationBuilder.CreateIndex(
                name: "ix_demand_node_id",
                table: "demand",
                columns: new[] { "node", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_network_node_path",
                table: "network_node",
                column: "path");

            migrationBuilder.CreateIndex(
                name: "ix_outcome_campaign_id",
                table: "outcome",
                column: "campaign_id");

            migrationBuilder.CreateIndex(
                name: "ix_outcome_demand_id",
                table: "outcome",
                column: "demand_id");

            migrationBuilder.CreateIndex(
                name: "ix_outcome_node_id",
                table: "outcome",
                columns: new[] { "node", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_substantiation_outcome_id_node",
                table: "substantiation",
                columns: new[] { "outcome_id", "node" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_target_body_code",
                table: "target_body",
                column: "code",
                unique: true);
        }
    }
}
