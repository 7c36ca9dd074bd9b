using Insp1r.Membership.Access;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Clients change, their secrets are rotated, and what they may do no more is told to every service.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122014500_ClientLifeCycle")]
internal sealed class ClientLifeCycle : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(AccessSchema.AddLifeCycle);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table api_client drop column version, drop column access_version, drop column access_changed_at,
          drop column previous_secret_hash, drop column previous_secret_until;
        """);
}
