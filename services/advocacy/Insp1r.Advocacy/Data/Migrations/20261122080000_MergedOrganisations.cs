using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Advocacy.Data.Migrations;

/// <summary>Which record stands for an organisation that was a duplicate.</summary>
[DbContext(typeof(AdvocacyDb))]
[Migration("20261122080000_MergedOrganisations")]
internal sealed class MergedOrganisations : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table member_organisation add column merged_into uuid");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table member_organisation drop column merged_into");
}
