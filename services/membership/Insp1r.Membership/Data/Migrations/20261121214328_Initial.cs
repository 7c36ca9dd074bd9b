using System;
using Insp1r.Membership.Nodes;
using Insp1r.Membership.Sync;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Idempotency;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Insp1r.Membership.Data.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("create extension if not exists pg_trgm");

            migrationBuilder.CreateTable(
                name: "member_organisation",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    name = table.Column<string>(type: "text", nullable: false),
                    names = table.Column<string>(type: "jsonb", nullable: false),
                    acronym = table.Column<string>(type: "text", nullable: true),
                    country = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    types = table.Column<string[]>(type: "text[]", nullable: false),
                    website = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "text", nullable: false),
                    external_ids = table.Column<string[]>(type: "text[]", nullable: false),
                    search = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_member_organisation", x => x.id);
                    table.CheckConstraint("member_organisation_status", "status in ('active', 'suspended', 'withdrawn')");
                })
                .Annotation("Npgsql:StorageParameter:fillfactor", 85);

            migrationBuilder.CreateTable(
                name: "network_node",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    path = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    level = table.Column<string>(type: "text", nullable: false),
                    parent = table.Column<string>(type: "character varying(200)", nullable: true, collation: "C"),
                    names = table.Column<string>(type: "jsonb", nullable: false),
                    country = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_network_node", x => x.id);
                    table.UniqueConstraint("network_node_path", x => x.path);
                    table.ForeignKey(
                        name: "fk_network_node_network_node_parent",
                        column: x => x.parent,
                        principalTable: "network_node",
                        principalColumn: "path",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "external_id",
                columns: table => new
                {
                    @namespace = table.Column<string>(name: "namespace", type: "text", nullable: false, collation: "C"),
                    value = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    organisation_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_external_id", x => new { x.@namespace, x.value });
                    table.ForeignKey(
                        name: "fk_external_id_member_organisation_organisation_id",
                        column: x => x.organisation_id,
                        principalTable: "member_organisation",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "organisation_decision",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    organisation_id = table.Column<Guid>(type: "uuid", nullable: false),
                    decision = table.Column<string>(type: "text", nullable: false),
                    from_status = table.Column<string>(type: "text", nullable: false),
                    to_status = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    decided_by = table.Column<string>(type: "text", nullable: false),
                    decided_on = table.Column<DateOnly>(type: "date", nullable: false),
                    client_id = table.Column<string>(type: "text", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_organisation_decision", x => x.id);
                    table.ForeignKey(
                        name: "fk_organisation_decision_member_organisation_organisation_id",
                        column: x => x.organisation_id,
                        principalTable: "member_organisation",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_member_organisation_country_id",
                table: "member_organisation",
                columns: new[] { "country", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_member_organisation_node_id",
                table: "member_organisation",
                columns: new[] { "node", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_member_organisation_search",
                table: "member_organisation",
                column: "search")
                .Annotation("Npgsql:IndexMethod", "gin")
                .Annotation("Npgsql:IndexOperators", new[] { "gin_trgm_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_member_organisation_status_id",
                table: "member_organisation",
                columns: new[] { "status", "id" },
                filter: "status <> 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_organisation_decision_organisation_id_id",
                table: "organisation_decision",
                columns: new[] { "organisation_id", "id" });

            migrationBuilder.Sql(ChangeLogSchema.Create);
            migrationBuilder.Sql(IdempotencySchema.Create);
            migrationBuilder.Sql(SyncSchema.Create);
            migrationBuilder.Sql(RootNode.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("The log is append only: a database goes forward.");
    }
}
