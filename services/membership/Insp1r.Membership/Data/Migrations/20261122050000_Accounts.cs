using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Accounts of people, their grants and sessions, the apps they use, and the mails to them.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122050000_Accounts")]
internal sealed class Accounts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "account",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                person_id = table.Column<Guid>(type: "uuid", nullable: false),
                node = table.Column<string>(type: "text", nullable: false, collation: "C"),
                language = table.Column<string>(type: "text", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                created_by = table.Column<string>(type: "text", nullable: false),
                activated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                reset_sent_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                version = table.Column<int>(type: "integer", nullable: false),
                access_version = table.Column<int>(type: "integer", nullable: false),
                access_changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                last_time_step = table.Column<long>(type: "bigint", nullable: false),
                user_name = table.Column<string>(type: "text", nullable: true),
                normalized_user_name = table.Column<string>(type: "text", nullable: true),
                email = table.Column<string>(type: "text", nullable: true),
                normalized_email = table.Column<string>(type: "text", nullable: true),
                email_confirmed = table.Column<bool>(type: "boolean", nullable: false),
                password_hash = table.Column<string>(type: "text", nullable: true),
                security_stamp = table.Column<string>(type: "text", nullable: true),
                two_factor_enabled = table.Column<bool>(type: "boolean", nullable: false),
                lockout_end = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                lockout_enabled = table.Column<bool>(type: "boolean", nullable: false),
                access_failed_count = table.Column<int>(type: "integer", nullable: false),
                xmin = table.Column<uint>(type: "xid", rowVersion: true, nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_account", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "app",
            columns: table => new
            {
                client_id = table.Column<string>(type: "text", nullable: false),
                name = table.Column<string>(type: "text", nullable: false),
                redirect_uris = table.Column<string[]>(type: "text[]", nullable: false),
                scopes = table.Column<string[]>(type: "text[]", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                created_by = table.Column<string>(type: "text", nullable: false),
                revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                version = table.Column<int>(type: "integer", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("app_pk", x => x.client_id);
            });

        migrationBuilder.CreateTable(
            name: "outgoing_mail",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                account_id = table.Column<Guid>(type: "uuid", nullable: false),
                to = table.Column<string>(type: "text", nullable: false),
                subject = table.Column<string>(type: "text", nullable: false),
                body = table.Column<string>(type: "text", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                next_try_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                attempts = table.Column<int>(type: "integer", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_outgoing_mail", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "account_grant",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                account_id = table.Column<Guid>(type: "uuid", nullable: false),
                grant = table.Column<string>(type: "text", nullable: false, collation: "C"),
                from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                person_role_id = table.Column<Guid>(type: "uuid", nullable: true),
                override_reason = table.Column<string>(type: "text", nullable: true),
                granted_by = table.Column<string>(type: "text", nullable: false),
                ended_by = table.Column<string>(type: "text", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_account_grant", x => x.id);
                table.ForeignKey(
                    name: "fk_account_grant_account_account_id",
                    column: x => x.account_id,
                    principalTable: "account",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "account_login",
            columns: table => new
            {
                login_provider = table.Column<string>(type: "text", nullable: false),
                provider_key = table.Column<string>(type: "text", nullable: false),
                provider_display_name = table.Column<string>(type: "text", nullable: true),
                user_id = table.Column<Guid>(type: "uuid", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_account_login", x => new { x.login_provider, x.provider_key });
                table.ForeignKey(
                    name: "fk_account_login_account_user_id",
                    column: x => x.user_id,
                    principalTable: "account",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "account_session",
            columns: table => new
            {
                id = table.Column<Guid>(type: "uuid", nullable: false),
                account_id = table.Column<Guid>(type: "uuid", nullable: false),
                app = table.Column<string>(type: "text", nullable: true),
                device = table.Column<string>(type: "text", nullable: false),
                second_factor = table.Column<bool>(type: "boolean", nullable: false),
                scopes = table.Column<string[]>(type: "text[]", nullable: false),
                created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                ended_because = table.Column<string>(type: "text", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_account_session", x => x.id);
                table.ForeignKey(
                    name: "fk_account_session_account_account_id",
                    column: x => x.account_id,
                    principalTable: "account",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "account_token",
            columns: table => new
            {
                user_id = table.Column<Guid>(type: "uuid", nullable: false),
                login_provider = table.Column<string>(type: "text", nullable: false),
                name = table.Column<string>(type: "text", nullable: false),
                value = table.Column<string>(type: "text", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_account_token", x => new { x.user_id, x.login_provider, x.name });
                table.ForeignKey(
                    name: "fk_account_token_account_user_id",
                    column: x => x.user_id,
                    principalTable: "account",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "authorization_code",
            columns: table => new
            {
                hash = table.Column<byte[]>(type: "bytea", nullable: false),
                account_id = table.Column<Guid>(type: "uuid", nullable: false),
                client_id = table.Column<string>(type: "text", nullable: false),
                redirect_uri = table.Column<string>(type: "text", nullable: false),
                challenge = table.Column<string>(type: "text", nullable: false),
                scopes = table.Column<string[]>(type: "text[]", nullable: false),
                nonce = table.Column<string>(type: "text", nullable: true),
                second_factor = table.Column<bool>(type: "boolean", nullable: false),
                signed_in_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                session_id = table.Column<Guid>(type: "uuid", nullable: false),
                expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_authorization_code", x => x.hash);
                table.ForeignKey(
                    name: "fk_authorization_code_account_account_id",
                    column: x => x.account_id,
                    principalTable: "account",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateTable(
            name: "refresh_token",
            columns: table => new
            {
                hash = table.Column<byte[]>(type: "bytea", nullable: false),
                session_id = table.Column<Guid>(type: "uuid", nullable: false),
                expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("pk_refresh_token", x => x.hash);
                table.ForeignKey(
                    name: "fk_refresh_token_account_session_session_id",
                    column: x => x.session_id,
                    principalTable: "account_session",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Cascade);
            });

        migrationBuilder.CreateIndex(
            name: "account_email",
            table: "account",
            column: "normalized_email",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "account_person",
            table: "account",
            column: "person_id",
            unique: true);

        migrationBuilder.CreateIndex(
            name: "ix_account_access_changed_at",
            table: "account",
            column: "access_changed_at",
            filter: "access_changed_at is not null");

        migrationBuilder.CreateIndex(
            name: "ix_account_node_id",
            table: "account",
            columns: new[] { "node", "id" });

        migrationBuilder.CreateIndex(
            name: "ix_account_grant_account_id",
            table: "account_grant",
            column: "account_id");

        migrationBuilder.CreateIndex(
            name: "ix_account_grant_grant",
            table: "account_grant",
            column: "grant");

        migrationBuilder.CreateIndex(
            name: "ix_account_grant_person_role_id",
            table: "account_grant",
            column: "person_role_id",
            filter: "person_role_id is not null");

        migrationBuilder.CreateIndex(
            name: "ix_account_login_user_id",
            table: "account_login",
            column: "user_id");

        migrationBuilder.CreateIndex(
            name: "ix_account_session_account_id",
            table: "account_session",
            column: "account_id",
            filter: "ended_at is null");

        migrationBuilder.CreateIndex(
            name: "ix_account_session_expires_at",
            table: "account_session",
            column: "expires_at");

        migrationBuilder.CreateIndex(
            name: "ix_authorization_code_expires_at",
            table: "authorization_code",
            column: "expires_at");

        migrationBuilder.CreateIndex(
            name: "ix_outgoing_mail_account_id",
            table: "outgoing_mail",
            column: "account_id");

        migrationBuilder.CreateIndex(
            name: "ix_outgoing_mail_next_try_at",
            table: "outgoing_mail",
            column: "next_try_at");

        migrationBuilder.CreateIndex(
            name: "ix_refresh_token_expires_at",
            table: "refresh_token",
            column: "expires_at");

        migrationBuilder.CreateIndex(
            name: "ix_refresh_token_session_id",
            table: "refresh_token",
            column: "session_id");
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(
            name: "account_grant");

        migrationBuilder.DropTable(
            name: "account_login");

        migrationBuilder.DropTable(
            name: "account_token");

        migrationBuilder.DropTable(
            name: "app");

        migrationBuilder.DropTable(
            name: "authorization_code");

        migrationBuilder.DropTable(
            name: "outgoing_mail");

        migrationBuilder.DropTable(
            name: "refresh_token");

        migrationBuilder.DropTable(
            name: "account_session");

        migrationBuilder.DropTable(
            name: "account");
    }
}
