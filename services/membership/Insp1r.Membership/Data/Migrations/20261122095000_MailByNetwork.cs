using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Mails are sent network by network, and an account says since when its address is refused.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122095000_MailByNetwork")]
internal sealed class MailByNetwork : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table account add column undeliverable_since timestamptz;
        alter table outgoing_mail add column node text collate "C";
        update outgoing_mail m set node = coalesce((select a.node from account a where a.id = m.account_id), '');
        alter table outgoing_mail alter column node set not null;
        drop index ix_outgoing_mail_next_try_at;
        create index ix_outgoing_mail_node_next_try_at on outgoing_mail (node, next_try_at);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table account drop column undeliverable_since;
        alter table outgoing_mail drop column node;
        create index ix_outgoing_mail_next_try_at on outgoing_mail (next_try_at);
        """);
}
