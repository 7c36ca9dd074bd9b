using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Merging;

/// <summary>What tests of merges do and compare.</summary>
internal sealed class Records(Shared shared, CancellationToken ct)
{
    public async Task<Guid> AddAsync(object body) => (await shared.Steward.PostAsync("/api/v1/organisations", body, ct)).Expect(201).Id;

    public async Task<JsonNode> ReadAsync(Guid id) => (await shared.Steward.GetAsync($"/api/v1/organisations/{id}", ct)).Expect(200).Json;

    /// <summary>Merges them as they are now.</summary>
    public async Task<Answer> MergeAsync(Api api, Guid survivor, Guid merged, object? fields = null) => await api.PostAsync(
        $"/api/v1/organisations/{survivor}/merge",
        new { mergedId = merged, version = await VersionAsync(survivor), mergedVersion = await VersionAsync(merged), fields, reason = "One and the same" }, ct);

    public Task<Answer> UndoAsync(Api api, Guid merge) => api.PostAsync($"/api/v1/merges/{merge}/undo", null, ct);

    public Task<int> VersionAsync(Guid id) => shared.ScalarAsync<int>("select version from member_organisation where id = $1", ct, id);

    /// <summary>All that a merge may touch of these records, but for versions and times.</summary>
    public Task<string> DumpAsync(Guid[] ids) => shared.ScalarAsync<string>("""
        select concat_ws(E'\n',
          (select string_agg(concat_ws('|', id, node, name, names, acronym, country, types, website, status, external_ids, search, keys, merged_into), E'\n' order by id) from member_organisation where id = any($1)),
          (select string_agg(concat_ws('|', namespace, value, organisation_id), E'\n' order by namespace, value) from external_id where organisation_id = any($1)),
          (select string_agg(concat_ws('|', id, organisation_id, node, since, coalesce(until::text, '-'), category, status, coalesce(through_id::text, '-'), coalesce(yields_on::text, '-')), E'\n' order by id) from affiliation where organisation_id = any($1)),
          (select string_agg(concat_ws('|', id, person_id, organisation_id, node, title, starts_on, ends_on), E'\n' order by id) from person_role where organisation_id = any($1)),
          (select string_agg(concat_ws('|', id, organisation_id, text), E'\n' order by id) from record_comment where organisation_id = any($1)),
          (select string_agg(concat_ws('|', id, organisation_id, title, encode(sha256, 'hex')), E'\n' order by id) from record_document where organisation_id = any($1)),
          (select string_agg(s::text, E'\n' order by id) from member_service s where organisation_id = any($1)),
          (select string_agg(s::text, E'\n' order by id, version) from member_strength s where organisation_id = any($1)))
        """, ct, ids);

    /// <summary>Which record has what, whatever was edited or decided of it.</summary>
    public Task<string> LinksAsync(Guid[] ids) => shared.ScalarAsync<string>("""
        select concat_ws(E'\n',
          (select string_agg(concat_ws('|', id, node, external_ids, merged_into), E'\n' order by id) from member_organisation where id = any($1)),
          (select string_agg(concat_ws('|', namespace, value, organisation_id), E'\n' order by namespace, value) from external_id where organisation_id = any($1)),
          (select string_agg(concat_ws('|', id, organisation_id, node, since, coalesce(through_id::text, '-'), coalesce(yields_on::text, '-')), E'\n' order by id) from affiliation where organisation_id = any($1)),
          (select string_agg(concat_ws('|', id, person_id, organisation_id), E'\n' order by id) from person_role where organisation_id = any($1)))
        """, ct, ids);

    /// <summary>
    /// Records whose status is not that of their latest period at home, or for which somebody speaks though they are no member, or which the merges say to stand for others
    /// than they do.
    /// </summary>
    public Task<long> CountWrongAsync(Guid[] ids) => shared.ScalarAsync<long>("""
        select (
          select count(*) from member_organisation o left join merged_at('infinity') m on m.id = o.id where o.id = any($1) and m.stands_for is distinct from o.merged_into) + count(*)
        from member_organisation o
        where o.id = any($1) and o.merged_into is null and (
          o.status <> (select a.status from affiliation a where a.organisation_id = o.id and a.node = o.node and a.yields_on is null order by a.since desc, a.recorded_at desc limit 1)
          or (o.status in ('withdrawn', 'excluded', 'lapsed') and exists (select 1 from person_role r where r.organisation_id = o.id and r.ended_at is null)))
        """, ct, ids);

    /// <summary>What held on two days, as known at a moment.</summary>
    public Task<string> AnswersAsync(Guid[] ids, DateTimeOffset known) => shared.ScalarAsync<string>("""
        select concat_ws(E'\n', $2::text is null,
          (select string_agg(concat_ws('|', d, id, organisation_id, node, category, status, since, coalesce(until::text, '-'), coalesce(through_id::text, '-')), E'\n' order by d, id)
           from unnest(array[date '2020-06-01', current_date]) d, affiliation_at(d, $2) where organisation_id = any($1)),
          (select string_agg(concat_ws('|', d, id, name, names, acronym, country, types, website, status), E'\n' order by d, id)
           from unnest(array[date '2020-06-01', current_date]) d, organisation_at(d, $2) where id = any($1)),
          (select string_agg(concat_ws('|', id, stands_for), E'\n' order by id) from merged_at($2) where id = any($1)))
        """, ct, ids, known);
}
