using Insp1r.Membership.Access;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>API clients and signing keys, which no entity maps.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261121214400_Access")]
internal sealed class Access : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(AccessSchema.Create);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table api_client; drop table signing_key;");
}
