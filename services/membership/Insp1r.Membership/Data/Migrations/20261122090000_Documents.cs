using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Insp1r.Membership.Data.Migrations;

/// <summary>
/// Documents on records; comments on networks, too. Comments of organisations that were merged go where the merge sent all else, so that its undoing gives them back.
/// </summary>
[DbContext(typeof(MembershipDb))]
[Migration("20261122090000_Documents")]
internal sealed class Documents : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table record_comment
          alter column organisation_id drop not null, add column node_id uuid references network_node (id), add column version int not null default 1,
          add constraint record_comment_of_one check (num_nonnulls(organisation_id, node_id) = 1);
        alter table record_comment alter column version drop default;
        update record_comment set version = 2 where withdrawn_at is not null;
        create index ix_record_comment_node_id_id on record_comment (node_id, id);

        create table record_document (
          id uuid primary key, version int not null, organisation_id uuid references member_organisation (id), node_id uuid references network_node (id),
          title text not null, category text not null, language text not null, dated_on date not null, source text, sensitive boolean not null,
          url text, file_name text, media_type text, size int, sha256 bytea, author text not null,
          recorded_at timestamptz not null, filed_at timestamptz, withdrawn_at timestamptz,
          constraint record_document_of_one check (num_nonnulls(organisation_id, node_id) = 1),
          constraint record_document_file check (num_nonnulls(size, sha256) in (0, 2) and (size is null or filed_at is not null)),
          constraint record_document_withdrawn check (
            case when withdrawn_at is null then num_nonnulls(url, file_name) = 1 else title = '' and num_nonnulls(source, url, file_name, media_type, size) = 0 end));
        create index ix_record_document_organisation_id_id on record_document (organisation_id, id);
        create index ix_record_document_node_id_id on record_document (node_id, id);
        create index ix_record_document_author on record_document (author);

        -- As they are, and outside the row: a slice is found without reading what lies before it.
        create table document_file (document_id uuid primary key references record_document (id), bytes bytea not null);
        alter table document_file alter column bytes set storage external;

        update organisation_merge m set snapshot = m.snapshot || jsonb_build_object('documents', '[]'::jsonb, 'comments', (
          select coalesce(jsonb_agg(c.id order by c.id), '[]') from record_comment c
          where m.undone_at is null and (c.organisation_id = m.merged_id or m.snapshot -> 'redirects' ? c.organisation_id::text)));
        update record_comment c set organisation_id = o.merged_into from member_organisation o where o.id = c.organisation_id and o.merged_into is not null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop table document_file;
        drop table record_document;
        delete from record_comment where node_id is not null;
        alter table record_comment drop column node_id, drop column version, alter column organisation_id set not null;
        """);
}
