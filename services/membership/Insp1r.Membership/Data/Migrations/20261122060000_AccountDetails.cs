using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>Who said who somebody is, and when; an app's name in the audit trail; the address of a closed account is free.</summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122060000_AccountDetails")]
internal sealed class AccountDetails : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table account drop column user_name, drop column normalized_user_name;
        drop index account_email;
        create unique index account_email on account (normalized_email) where closed_at is null;
        alter table app add column id uuid not null default gen_random_uuid();
        alter table account_session add column provider text, add column signed_in_at timestamptz;
        update account_session set signed_in_at = created_at;
        alter table account_session alter column signed_in_at set not null;
        create index ix_account_session_app on account_session (app) where ended_at is null and app is not null;
        alter table authorization_code add column provider text;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table authorization_code drop column provider;
        drop index ix_account_session_app;
        alter table account_session drop column provider, drop column signed_in_at;
        alter table app drop column id;
        drop index account_email;
        create unique index account_email on account (normalized_email);
        alter table account add column user_name text, add column normalized_user_name text;
        """);
}
