namespace Insp1r.Membership.Tests.Retention;

/// <summary>What a rule is about: how to make a record called $1 that counts from $2, and whether it is still there.</summary>
/// <param name="HasNoEnd">True where a record can have no such time yet, and then stays.</param>
internal sealed record RuleCase(string Insert, string Left, bool HasNoEnd = false);

/// <summary>One case for each rule: a rule without one fails.</summary>
internal static class RuleCases
{
    private const string Account = """
        insert into account (id, person_id, node, language, created_at, created_by, version, access_version, last_time_step, email_confirmed,
          two_factor_enabled, lockout_enabled, access_failed_count, email, normalized_email, closed_at, invited_at)
        """;

    private const string AnAccount = $"with account as ({Account} values (gen_random_uuid(), gen_random_uuid(), 'insp1r', 'en', now(), 'test', 1, 1, 0, false, false, true, 0, null, null, null, null) returning id)";

    private const string Session = """
        insert into account_session (id, account_id, device, second_factor, scopes, signed_in_at, created_at, last_used_at, expires_at, ended_at)
        """;

    private const string Person = """
        insert into person (id, version, node, name, language, at_risk, name_level, email_level, phone_level, roles_level, created_at, updated_at)
        values (gen_random_uuid(), 1, 'insp1r', $1, 'en', false, 'private', 'private', 'private', 'private'
        """;

    public static readonly IReadOnlyDictionary<string, RuleCase> All = new Dictionary<string, RuleCase>(StringComparer.Ordinal)
    {
        ["log"] = new(
            """
            insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, occurred_at)
            values (gen_random_uuid(), $1, 'test', gen_random_uuid(), 1, 'insp1r', 'audit', '{}', $2)
            """, "select count(*) from change_log where type = $1"),
        ["inbox"] = new("insert into inbox_message (message_id, consumer, received_at) values (gen_random_uuid(), $1, $2)", "select count(*) from inbox_message where consumer = $1"),
        ["idempotency-keys"] = new(
            "insert into idempotency_key (client_id, key, request_hash, status, headers, body, created_at) values ('test', $1, '', 200, '{}', '', $2)",
            "select count(*) from idempotency_key where key = $1"),
        ["retention-runs"] = new("insert into retention_run (rule, started_at, finished_at, removed) values ($1, $2, $2, 0)", "select count(*) from retention_run where rule = $1"),
        ["persons"] = new($"{Person}, $2, $2)", "select count(*) from person where name = $1"),
        ["consents"] = new(
            $"""
            with person as ({Person}, now(), now()) returning id)
            insert into consent (id, person_id, purpose, basis, fields, given_at, source, recorded_by, recorded_at, withdrawn_at)
            select gen_random_uuid(), id, 'directory-network', 'contract', array['name'], now(), $1, 'test', now(), $2 from person
            """, "select count(*) from consent where source = $1", HasNoEnd: true),
        ["closed-accounts"] = new(
            $"{Account} values (gen_random_uuid(), gen_random_uuid(), 'insp1r', 'en', now(), 'test', 1, 1, 0, false, false, true, 0, $1, $1, $2, null)",
            "select count(*) from account where email = $1", HasNoEnd: true),
        ["invitations"] = new(
            $"{Account} values (gen_random_uuid(), gen_random_uuid(), 'insp1r', 'en', now(), 'test', 1, 1, 0, false, false, true, 0, $1, $1, null, $2)",
            "select count(*) from account where email = $1", HasNoEnd: true),
        ["grants"] = new(
            $"""
            {AnAccount}
            insert into account_grant (id, account_id, "grant", "from", until, granted_by) select gen_random_uuid(), id, 'reader@insp1r', now(), $2, $1 from account
            """, "select count(*) from account_grant where granted_by = $1", HasNoEnd: true),
        ["sessions"] = new(
            $"{AnAccount} {Session} select gen_random_uuid(), id, $1, false, array[]::text[], now(), now(), now(), now() + interval '1 day', $2 from account",
            "select count(*) from account_session where device = $1", HasNoEnd: true),
        ["session-tokens"] = new("insert into session_token (id, reference_id, expiration_date) values (gen_random_uuid(), $1, $2)", "select count(*) from session_token where reference_id = $1", HasNoEnd: true),
        ["outgoing-mails"] = new(
            """
            insert into outgoing_mail (id, account_id, node, "to", subject, body, created_at, next_try_at, attempts) values (gen_random_uuid(), gen_random_uuid(), 'insp1r', $1, 'x', 'x', $2, now(), 9)
            """, """select count(*) from outgoing_mail where "to" = $1"""),
        ["clients"] = new(
            """
            insert into client (id, client_id, kind, description, grants, scopes, created_at, created_by, revoked_at)
            values (gen_random_uuid(), $1, 'system', 'x', array[]::text[], array[]::text[], now(), 'test', $2)
            """, "select count(*) from client where client_id = $1", HasNoEnd: true),
        ["sync-results"] = new(
            "insert into sync_chunk (client_id, key, chunk_no, body_hash, results, counts, created_at) values ('test', $1, 0, '', '', array[0], $2)",
            "select count(*) from sync_chunk where key = $1"),
        ["awaited-files"] = new(
            """
            insert into record_document (id, version, node_id, title, category, language, dated_on, sensitive, url, file_name, author, recorded_at)
            select gen_random_uuid(), 1, id, $1, 'other', 'en', '2024-01-01', true,
              case when $2::timestamptz is null then 'https://example.org' end, case when $2::timestamptz is not null then 'a.pdf' end, 'test', coalesce($2, now() - interval '1 year')
            from network_node where path = 'insp1r'
            """, "select count(*) from record_document where title = $1", HasNoEnd: true),
        ["sync-conflicts"] = new(
            """
            insert into sync_conflict (id, organisation_id, node, external_id, client_id, base_version, current_version, theirs, ours, created_at, resolved_at)
            select gen_random_uuid(), id, 'insp1r', $1, 'test', 1, 1, '{}', '{}', now(), $2 from member_organisation limit 1
            """, "select count(*) from sync_conflict where external_id = $1", HasNoEnd: true),
    };
}
