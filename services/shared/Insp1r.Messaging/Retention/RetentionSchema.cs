namespace Insp1r.Messaging.Retention;

/// <summary>What the runs of the rules did, for a migration.</summary>
public static class RetentionSchema
{
    public const string Create = """
        create table if not exists retention_run (
          id bigint generated always as identity primary key,
          rule text not null,
          started_at timestamptz not null,
          finished_at timestamptz not null,
          removed bigint not null,
          oldest_left timestamptz,
          error text);
        comment on table retention_run is 'One row for each rule and run: the report. It names no record.';
        create index if not exists retention_run_rule_started_at on retention_run (rule, started_at);
        """;
}
