using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Notes on organisations' records.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122084200_Comments")]
internal sealed class Comments : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table record_comment (
          id uuid primary key, organisation_id uuid not null references member_organisation (id), text text not null, author text not null,
          recorded_at timestamptz not null, withdrawn_at timestamptz, constraint record_comment_withdrawn check (withdrawn_at is null or text = ''));
        create index ix_record_comment_organisation_id_id on record_comment (organisation_id, id);
        create index ix_record_comment_author on record_comment (author);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("record_comment");
}
