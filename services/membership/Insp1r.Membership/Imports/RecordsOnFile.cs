using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Insp1r.Membership.Affiliations;
using Insp1r.Membership.Data;
using Insp1r.Membership.Duplicates;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging;
using Npgsql;

namespace Insp1r.Membership.Imports;

/// <summary>An organisation as it is on record; <c>Since</c> are the first days of its memberships in the network that keeps it.</summary>
internal sealed record RecordOnFile(Guid Id, int Version, string Node, OrganisationContent Content, string[] ExternalIds, string Status, DateOnly[] Since)
{
    /// <summary>By what a file names it.</summary>
    public string FileId => ExternalIds.FirstOrDefault() ?? $"{Id}";
}

/// <summary>What of a file is the caller's word against that of the records: see <c>ImportMembers.Query.Allow</c>.</summary>
internal sealed record ImportAllowance(bool OtherName, bool SameName, bool OwnGuids);

/// <summary>What the node has on record of a file's rows: whose they are, and what their missing columns leave as it is.</summary>
internal sealed class RecordsOnFile(ServiceDatabase database, string node, ImportAllowance allowed)
{
    private const string Columns = """
        o.id, o.version, o.node, o.name, o.names::text, o.acronym, o.country, o.types, o.website, o.external_ids, o.status,
        array(select a.since from affiliation a where a.organisation_id = o.id and a.node = o.node and a.yields_on is null)
        """;

    private const string Prepare = $"select {Planner.ByIndexes}";

    /// <summary>
    /// The namespace of ids that have none: the node's path, which no other node has. A path that would be too long for one, or could be
    /// taken for another's, ends with a part of its hash.
    /// </summary>
    public static string NamespaceOf(string node)
    {
        var plain = node.Replace('.', '-');
        if (plain.Length <= OrganisationRules.MaxNamespace && !node.Contains('-', StringComparison.Ordinal))
            return plain;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node)).AsSpan(0, 5));
        return $"{plain[..Math.Min(plain.Length, OrganisationRules.MaxNamespace - hash.Length - 1)]}-{hash}";
    }

    /// <summary>
    /// Finds the rows' records: by the id in the file, else by name and country. Where nobody can tell, the row says so. (A row with a fault waits for
    /// its correction.)
    /// </summary>
    public async Task FindAsync(IReadOnlyList<ImportRow> rows, ImportColumns columns, string idNamespace, CancellationToken ct)
    {
        await FindByIdAsync([.. rows.Where(row => row.ExternalId is not null)], columns, ct);
        foreach (var row in rows.Where(row => row is { Record: null, OwnId: not null } && !allowed.OwnGuids))
            row.Errors.Add("/externalId", "unknown-id", $"{node} has no organisation with this id. If it is an id of your own system, give the parameter 'namespace'.");

        var nameless = rows.Where(row => row.Record is null && row.Name.Length > 0 && !row.Errors.Any).ToList();
        var known = await ByNameAsync(nameless, ct);
        var named = rows.Select(row => row.Record?.Id).OfType<Guid>().ToHashSet();
        foreach (var row in nameless)
        {
            var same = known[(row.FoldedName, row.Country)].DistinctBy(record => record.Id).ToList();
            if (row.IdFrom is IdSource.File)
                CheckNew(row, same, named);
            else
                Name(row, same, columns, idNamespace);
        }

        // Whose name has changed since its id was made of it.
        await FindByIdAsync([.. nameless.Where(row => row.Record is null && row.IdFrom is IdSource.Name)], columns, ct);
        named.Clear();
        foreach (var row in rows.Where(row => row.Record is not null))
        {
            if (!named.Add(row.Record!.Id))
                row.Errors.Add("/externalId", "repeated", "An earlier row is about the same record.");
            Notice(row, row.Record);
        }
    }

    // An id is easily on the wrong row, and then a file names one organisation after another.
    private void CheckName(ImportRow row, RecordOnFile record)
    {
        if (!allowed.OtherName && row.Name.Length > 0 && Likeness.Of(row.Content, record.Content).Reasons.Count == 0)
            row.Errors.Add("/name", "other-name", $"By this id '{record.Content.Name}' is on record. If it is called so now, send the row with allow=other-name; else mend the id.");
    }

    // An id that is new beside a name that is not: the other one may have come before this one's office had ids.
    private void CheckNew(ImportRow row, List<RecordOnFile> same, HashSet<Guid> named)
    {
        if (!allowed.SameName && same.Find(record => !named.Contains(record.Id)) is { } record)
            row.Errors.Add("/externalId", "same-name", $"An organisation of this name is on record as {(record.Node == node ? record.FileId : "one of another node")}: put that id here if it is this one; if it is another, send the row with allow=same-name.");
    }

    private void Name(ImportRow row, List<RecordOnFile> same, ImportColumns columns, string idNamespace)
    {
        if (same.Count > 1)
        {
            row.Errors.Add("/externalId", "several-of-that-name", $"{same.Count} organisations of this name are on record: put the id of the one that is meant into a column 'externalId'.");
            return;
        }

        (row.ExternalId, row.IdFrom) = (row.DeriveId(idNamespace), IdSource.Name);
        if (same is not [var record])
            return;
        if (record.Node != node)
        {
            row.Errors.Add("/name", "other-node", "The record of this name was merged into one that another node keeps.");
            return;
        }

        if (!record.ExternalIds.Contains(row.ExternalId, StringComparer.Ordinal))
            row.IdFrom = IdSource.Record;
        row.IsOf(record, columns);
    }

    private static void Notice(ImportRow row, RecordOnFile record)
    {
        if (row.MemberSince is { } since && record.Since.Length > 0 && !record.Since.Contains(since))
            row.Notices.Add("/memberSince", "member-since-stays", $"On record its membership began on {record.Since.Max():yyyy-MM-dd}, and a file does not change that: a steward corrects it with PATCH /api/v1/organisations/{record.Id}/affiliations/{record.Node}.");
        if (AffiliationStatus.IsOver(record.Status))
            row.Notices.Add("", "not-a-member", $"On record it is not a member any more: {record.Status}. A file does not change that.");
    }

    // A record that was merged is the one that it was merged into.
    private async Task FindByIdAsync(List<ImportRow> rows, ImportColumns columns, CancellationToken ct)
    {
        if (rows.Count == 0)
            return;

        var command = new NpgsqlBatchCommand($"""
            select i.ord, {Columns}
            from unnest($1::int[], $2::text[], $3::uuid[]) as i(ord, id, record)
            left join external_id e on e.namespace = split_part(i.id, ':', 1) and e.value = substr(i.id, strpos(i.id, ':') + 1)
            cross join lateral (
              select o.* from member_organisation m join member_organisation o on o.id = coalesce(m.merged_into, m.id)
              where m.id in (i.record, e.organisation_id) and o.node = $4 order by m.id = i.record desc nulls last limit 1) o
            """);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. Enumerable.Range(0, rows.Count)] });
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. rows.Select(row => OrganisationRules.IsExternalId(row.ExternalId, out _) ? row.ExternalId : null)] });
        command.Parameters.Add(new NpgsqlParameter<Guid?[]> { TypedValue = [.. rows.Select(row => row.OwnId)] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node });
        await using var batch = Batch(command);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var (row, record) = (rows[reader.GetInt32(0)], Read(reader, 1));
            if (row.IdFrom is IdSource.File)
                CheckName(row, record);
            row.IsOf(record, columns);
        }
    }

    // The search text begins with the folded name.
    private async Task<ILookup<(string Name, string Country), RecordOnFile>> ByNameAsync(List<ImportRow> rows, CancellationToken ct)
    {
        var found = new List<(string Name, string Country, RecordOnFile Record)>();
        if (rows.Count > 0)
        {
            var command = new NpgsqlBatchCommand($"""
                select split_part(m.search, chr(10), 1), m.country, {Columns}
                from member_organisation m join member_organisation o on o.id = coalesce(m.merged_into, m.id)
                where m.node = $1 and split_part(m.search, chr(10), 1) = any($2)
                """);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(row => row.FoldedName).Distinct(StringComparer.Ordinal)] });
            await using var batch = Batch(command);
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct))
                found.Add((reader.GetString(0), reader.GetString(1), Read(reader, 2)));
        }

        return found.ToLookup(record => (record.Name, record.Country), record => record.Record);
    }

    // A batch is one transaction, and the settings go with it.
    private NpgsqlBatch Batch(NpgsqlBatchCommand command)
    {
        var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Prepare));
        batch.BatchCommands.Add(command);
        return batch;
    }

    [SuppressMessage("Usage", "MA0042:Do not use blocking calls in an async method", Justification = "The columns of a row that was read are in memory.")]
    private static RecordOnFile Read(NpgsqlDataReader row, int at) => new(
        row.GetGuid(at), row.GetInt32(at + 1), row.GetString(at + 2),
        new OrganisationContent(
            row.GetString(at + 3), LanguageTexts.FromJson(row.GetString(at + 4)), row.IsDBNull(at + 5) ? null : row.GetString(at + 5), row.GetString(at + 6),
            row.GetFieldValue<string[]>(at + 7), row.IsDBNull(at + 8) ? null : row.GetString(at + 8)),
        row.GetFieldValue<string[]>(at + 9), row.GetString(at + 10), row.GetFieldValue<DateOnly[]>(at + 11));
}
