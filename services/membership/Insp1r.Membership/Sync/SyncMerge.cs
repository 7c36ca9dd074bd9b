using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Http;
using Npgsql;

namespace Insp1r.Membership.Sync;

/// <summary>
/// Merges a chunk in one statement: found by external id, judged, then inserted or updated, with a log row each. An unchanged
/// record is not touched: no version, no event, no lock. Whoever changed one of the records in between makes the update miss it,
/// and the chunk is done again.
/// </summary>
internal static class SyncMerge
{
    // What the statement says of each item; the first four are results.
    private const int Created = 0;
    private const int Updated = 1;
    private const int Unchanged = 2;
    private const int Conflict = 3;
    private const int Foreign = 4;
    private const int Moved = 5;
    private const int Future = 6;

    // One writer for each namespace: two batches of one system would lock the same records in different orders. The plans are made
    // for big tables, whatever the statistics of a fresh database say, and once.
    private const string Prepare = $"""
        select {Planner.ByIndexes},
               set_config('plan_cache_mode', 'force_generic_plan', true),
               (select count(pg_advisory_xact_lock(hashtextextended(n, 20719))) from unnest($1::text[]) n)
        """;

    // Found by external id, unless the record is known, and judged. No join but those two: the plan has no hash to make one of 500 rows with 500 cheap.
    private const string Judge = """
        judged as materialized (
          select i.*, o.id, o.version, o.status, o.external_ids,
            case when o.id is null then 0
                 when not (o.node = any($12::text[]) or o.node like any($13::text[])) then 4
                 when o.node <> i.node then 5
                 when i.base > o.version then 6
                 when (o.name, o.names, o.acronym, o.country, o.types, o.website) is not distinct from
                      (i.name, i.names::jsonb, i.acronym, i.country, string_to_array(i.types, ','), i.website) then 2
                 when i.base < o.version then 3
                 else 1 end as verdict
          from item i
          left join external_id e on e.namespace = i.namespace and e.value = i.value
          left join member_organisation o on o.id = coalesce(i.record, e.organisation_id))
        """;

    private const string Validate = $"""
        with item as (
          select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                               $10::text[], $11::int[], $14::uuid[])
            as i(ord, namespace, value, node, name, names, acronym, country, types, website, base, record)),
        {Judge}
        select ord, verdict, id, version, coalesce(cardinality(external_ids) > 1, false), 0::bigint from judged order by ord
        """;

    // The payload is put together from the JSON that the contract's own serialiser made of the content, and of what only the record
    // knows. External ids hold no character that JSON escapes.
    private const string Commit = $$"""
        with item as (
          select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                               $10::text[], $11::int[], $14::text[], $15::text[], $16::uuid[], $17::uuid[], $24::text[], $25::date[], $26::uuid[])
            as i(ord, namespace, value, node, name, names, acronym, country, types, website, base, search, body, new_id, log_id, keys, since, record)),
        {{Judge}},
        created as (
          insert into member_organisation (id, version, node, name, names, acronym, country, types, website, status, external_ids, search, keys, since, recorded_at, created_at, updated_at)
          select new_id, 1, node, name, names::jsonb, acronym, country, string_to_array(types, ','), website, 'active',
                 array[namespace || ':' || value], search, string_to_array(keys, E'\n'), coalesce(since, ($18 at time zone 'utc')::date), $18, $18, $18
          from judged where verdict = 0 order by ord),
        affiliated as (
          insert into affiliation (id, version, organisation_id, node, since, first_category, first_status, category, status, recorded_by, recorded_at)
          select gen_random_uuid(), 1, new_id, node, coalesce(since, ($18 at time zone 'utc')::date), 'full', 'active', 'full', 'active', $20, $18
          from judged where verdict = 0 order by ord),
        linked as (
          insert into external_id (namespace, value, organisation_id)
          select namespace, value, new_id from judged where verdict = 0 order by namespace, value),
        changed as (
          update member_organisation o
          set version = j.version + 1, name = j.name, names = j.names::jsonb, acronym = j.acronym, country = j.country,
              types = string_to_array(j.types, ','), website = j.website, search = j.search, keys = string_to_array(j.keys, E'\n'), since = ($18 at time zone 'utc')::date, recorded_at = $18, updated_at = $18
          from judged j where j.verdict = 1 and o.id = j.id and o.version = j.version
          returning o.id),
        logged as (
          insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, trace_parent, occurred_at, actor, app, origin, reason)
          select log_id, case verdict when 0 then 'membership.organisation-registered.v1' else 'membership.organisation-updated.v1' end,
                 'organisation', coalesce(id, new_id), coalesce(version, 0) + 1, node, 'feed',
                 ('{"state":{"id":"' || coalesce(id, new_id) || '","version":' || coalesce(version, 0) + 1 || ',' || body
                   || ',"status":"' || coalesce(status, 'active')
                   || '","externalIds":' || array_to_json(coalesce(external_ids, array[namespace || ':' || value])) || '}' || '}')::json,
                 $19, $18, $20, $21, $22, $23
          from judged where verdict in (0, 1) order by ord),
        disputed as (
          insert into sync_conflict (id, organisation_id, node, external_id, client_id, base_version, current_version, theirs, ours, created_at)
          select j.new_id, j.id, j.node, j.namespace || ':' || j.value, $20, j.base, j.version, ('{' || j.body || '}')::json,
                 json_build_object('node', o.node, 'name', o.name, 'names', o.names, 'acronym', o.acronym, 'country', o.country, 'types', o.types, 'website', o.website),
                 $18
          from judged j join member_organisation o on o.id = j.id where j.verdict = 3
          on conflict (organisation_id) where resolved_at is null do update
          set external_id = excluded.external_id, client_id = excluded.client_id, base_version = excluded.base_version,
              current_version = excluded.current_version, theirs = excluded.theirs, ours = excluded.ours, created_at = excluded.created_at
          returning *),
        disputes_logged as (
          insert into change_log (id, type, subject, subject_id, subject_version, node, visibility, payload, trace_parent, occurred_at, actor, app, origin, reason)
          select j.log_id, case when s.id is null then 'membership.conflict-opened' else 'membership.conflict-replaced' end, 'conflict', d.id, 1, d.node, 'audit',
                 json_build_object('before', case when s.id is not null then json_build_object('theirs', s.theirs, 'ours', s.ours) end, 'after', json_build_object(
                   'organisationId', d.organisation_id, 'externalId', d.external_id, 'baseVersion', d.base_version, 'currentVersion', d.current_version,
                   'theirs', d.theirs, 'ours', d.ours)),
                 $19, $18, $20, $21, $22, $23
          from disputed d join judged j on j.id = d.organisation_id and j.verdict = 3
          left join sync_conflict s on s.organisation_id = d.organisation_id and s.resolved_at is null
          where s.id is null or s.theirs::text <> d.theirs::text)
        select ord, verdict, coalesce(id, new_id), case verdict when 0 then 1 when 1 then version + 1 else version end,
               coalesce(cardinality(external_ids) > 1, false), (select count(*) from changed)
        from judged order by ord
        """;

    /// <summary>What a chunk would become; nothing is written.</summary>
    public static async Task<MergeReport> ValidateAsync(NpgsqlConnection connection, SyncChunk chunk, string[] nodes, CancellationToken ct)
    {
        var items = new Columns(chunk);
        if (items.Count == 0)
            return new MergeReport([], IsWhole: true);
        await using var command = new NpgsqlCommand(Validate, connection);
        items.Add(command.Parameters, nodes);
        items.AddRecords(command.Parameters);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await ReadAsync(reader, items, ct);
    }

    /// <summary>Writes a chunk, in the caller's transaction.</summary>
    public static async Task<MergeReport> CommitAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, SyncChunk chunk, string[] nodes, Cause cause, DateTimeOffset now, CancellationToken ct)
    {
        var items = new Columns(chunk);
        if (items.Count == 0)
            return new MergeReport([], IsWhole: true);

        await using var batch = new NpgsqlBatch(connection, transaction);
        var prepare = new NpgsqlBatchCommand(Prepare);
        prepare.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = items.DistinctNamespaces() });
        batch.BatchCommands.Add(prepare);
        var merge = new NpgsqlBatchCommand(Commit);
        items.Add(merge.Parameters, nodes);
        items.AddContent(merge.Parameters, now);
        merge.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        foreach (var text in (string?[])[Activity.Current?.Id, cause.Actor, cause.App, cause.Origin, cause.Reason])
            merge.Parameters.Add(new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        items.AddKeys(merge.Parameters);
        items.AddFirstDays(merge.Parameters);
        items.AddRecords(merge.Parameters);
        batch.BatchCommands.Add(merge);

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return await ReadAsync(reader, items, ct);
    }

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static async Task<MergeReport> ReadAsync(NpgsqlDataReader reader, Columns items, CancellationToken ct)
    {
        var shared = new List<SyncLine>();
        var updates = 0;
        var updated = 0L;
        while (await reader.ReadAsync(ct))
        {
            var line = items.Line(reader.GetInt32(0));
            var verdict = reader.GetInt32(1);
            updated = reader.GetInt64(5);
            updates += verdict == Updated ? 1 : 0;
            switch (verdict)
            {
                case Foreign:
                    line.Reject("/externalId", "external-id-taken", "This external id belongs to a record outside your nodes.");
                    break;
                case Moved:
                    line.Reject("/node", "other-node", "The record belongs to another of your nodes; a sync does not move it.");
                    break;
                case Future:
                    line.Reject("/baseVersion", "unknown-version", $"The current version is {reader.GetInt32(3)}.");
                    break;
                default:
                    // In validate mode, what would be created has neither id nor version yet.
                    line.Becomes((SyncResult)verdict, reader.IsDBNull(2) ? Guid.Empty : reader.GetGuid(2), reader.IsDBNull(3) ? 0 : reader.GetInt32(3));
                    if (reader.GetBoolean(4))
                        shared.Add(line);
                    break;
            }
        }

        return new MergeReport(shared, updates == updated);
    }

    /// <summary>The chunk's valid items as the statement's arrays.</summary>
    private sealed class Columns
    {
        private readonly SyncLine[] _lines;

        public Columns(SyncChunk chunk) => _lines = [.. chunk.Lines.Where(line => line.Item is not null)];

        public int Count => _lines.Length;

        public SyncLine Line(int ordinal) => _lines[ordinal];

        public string[] DistinctNamespaces() =>
            [.. _lines.Select(line => line.Item!.ExternalId[..line.Item.Colon]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

        public void Add(NpgsqlParameterCollection parameters, string[] nodes)
        {
            var ordinals = new int[_lines.Length];
            for (var i = 0; i < ordinals.Length; i++)
                ordinals[i] = i;
            parameters.Add(new NpgsqlParameter<int[]> { TypedValue = ordinals });
            AddTexts(parameters, item => item.ExternalId[..item.Colon]);
            AddTexts(parameters, item => item.ExternalId[(item.Colon + 1)..]);
            AddTexts(parameters, item => item.Node);
            AddTexts(parameters, item => item.Content.Name);
            AddTexts(parameters, item => LanguageTexts.ToJson(item.Content.Names));
            AddTexts(parameters, item => item.Content.Acronym);
            AddTexts(parameters, item => item.Content.Country);
            AddTexts(parameters, item => string.Join(',', item.Content.Types));
            AddTexts(parameters, item => item.Content.Website);
            parameters.Add(new NpgsqlParameter<int?[]> { TypedValue = Array.ConvertAll(_lines, line => line.Item!.BaseVersion) });
            parameters.Add(new NpgsqlParameter<string[]> { TypedValue = nodes });
            parameters.Add(new NpgsqlParameter<string[]> { TypedValue = NodePath.Below(nodes) });
        }

        public void AddContent(NpgsqlParameterCollection parameters, DateTimeOffset now)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JsonDefaults.Options.Encoder, SkipValidation = true });
            AddTexts(parameters, item => item.Content.ToSearchText());
            AddTexts(parameters, item => StateJson(item, buffer, json));
            parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(_lines, _ => Guid.CreateVersion7(now)) });
            parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(_lines, _ => Guid.CreateVersion7(now)) });
        }

        public void AddKeys(NpgsqlParameterCollection parameters) => AddTexts(parameters, item => string.Join('\n', item.Content.ToSearchKeys()));

        public void AddFirstDays(NpgsqlParameterCollection parameters) =>
            parameters.Add(new NpgsqlParameter<DateOnly?[]> { TypedValue = Array.ConvertAll(_lines, line => line.Item!.MemberSince) });

        public void AddRecords(NpgsqlParameterCollection parameters) =>
            parameters.Add(new NpgsqlParameter<Guid?[]> { TypedValue = Array.ConvertAll(_lines, line => line.Item!.Record) });

        private void AddTexts(NpgsqlParameterCollection parameters, Func<SyncItem, string?> select) =>
            parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = Array.ConvertAll(_lines, line => select(line.Item!)) });

        // The members of OrganisationState that the item brings, in that record's order and without the braces.
        private static string StateJson(SyncItem item, ArrayBufferWriter<byte> buffer, Utf8JsonWriter json)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            json.WriteStartObject();
            json.WriteString("node"u8, item.Node);
            json.WriteString("name"u8, item.Content.Name);
            json.WriteStartObject("names"u8);
            foreach (var (language, name) in item.Content.Names)
                json.WriteString(language, name);
            json.WriteEndObject();
            json.WriteString("acronym"u8, item.Content.Acronym);
            json.WriteString("country"u8, item.Content.Country);
            json.WriteStartArray("types"u8);
            foreach (var type in item.Content.Types)
                json.WriteStringValue(type);
            json.WriteEndArray();
            json.WriteString("website"u8, item.Content.Website);
            json.WriteEndObject();
            json.Flush();
            return Encoding.UTF8.GetString(buffer.WrittenSpan[1..^1]);
        }
    }
}

/// <summary>
/// What a merge met. <paramref name="Shared"/> are the lines whose record has several external ids, so that one body may name it
/// twice. <paramref name="IsWhole"/> is false where somebody changed a record in between: roll back and do it again.
/// </summary>
internal sealed record MergeReport(IReadOnlyList<SyncLine> Shared, bool IsWhole);
