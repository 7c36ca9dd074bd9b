using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Tells the other services who was at risk before they were told of it.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122063000_HiddenPersons")]
internal sealed class HiddenPersons : Migration
{
    public const string Tell = """
        insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, actor, origin, reason, occurred_at)
        select gen_random_uuid(), 'membership.person-hidden.v1', 'person', id, version, node, 'internal',
          json_build_object('state', json_build_object('id', id, 'version', version, 'node', node)), 'system', 'job', 'at-risk', now()
        from person where at_risk
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(Tell);

    /// <inheritdoc />
    protected override void Down(MigrationBuilder migrationBuilder) =>
        throw new NotSupportedException("The log is append only: a database goes forward.");
}
