using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Which end of a federation's membership the ends of its affiliates' followed from.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122091000_CausedMoves")]
internal sealed class CausedMoves : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table affiliation_move add column caused_by_id uuid references affiliation_move (id);
        create index ix_affiliation_move_caused_by_id on affiliation_move (caused_by_id) where caused_by_id is not null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table affiliation_move drop column caused_by_id");
}
