using System.Security.Cryptography;
using System.Text;
using Insp1r.Membership.Data;
using Insp1r.Membership.Organisations;
using Insp1r.Messaging;
using Npgsql;

namespace Insp1r.Membership.Imports;

/// <summary>What the node has on record of a file's rows: whose they are where they have no id, and what their missing columns leave as it is.</summary>
internal sealed class RecordsOnFile(ServiceDatabase database, string node)
{
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
    /// Gives the rows without an id theirs. One organisation of that name and country at the node: it is that one, and its id is taken. None: the
    /// id is made of them. Several, or one that no id of a file could name: nobody can tell, and the row says so. (A row with a fault waits for
    /// its correction.)
    /// </summary>
    public async Task NameAsync(IReadOnlyList<ImportRow> rows, string idNamespace, CancellationToken ct)
    {
        var nameless = rows.Where(row => row.ExternalId is null && row.Name.Length > 0 && !row.Errors.Any).ToList();
        if (nameless.Count == 0)
            return;

        var known = await ByNameAsync(nameless, ct);
        foreach (var row in nameless)
        {
            var derived = row.DeriveId(idNamespace);
            switch (known[(row.FoldedName, row.Country)].ToList())
            {
                case [{ Length: 0 }]:
                    row.Errors.Add("/externalId", "no-external-id", "An organisation of this name is on record without an external id: give it one there, and put it into a column 'externalId'.");
                    break;
                case [var ids] when !ids.Contains(derived, StringComparer.Ordinal):
                    (row.ExternalId, row.IdFrom) = (ids[0], IdSource.Record);
                    break;
                case { Count: > 1 } same:
                    row.Errors.Add("/externalId", "several-of-that-name", $"{same.Count} organisations of this name are on record: put the id of the one that is meant into a column 'externalId'.");
                    break;
                default:
                    (row.ExternalId, row.IdFrom) = (derived, IdSource.Name);
                    break;
            }
        }
    }

    /// <summary>Completes rows from their records, where the file has not all columns.</summary>
    public async Task CompleteAsync(IReadOnlyList<ImportRow> rows, ImportColumns columns, CancellationToken ct)
    {
        var named = rows.Where(row => row.ExternalId is not null && OrganisationRules.IsExternalId(row.ExternalId, out _)).ToLookup(row => row.ExternalId!, StringComparer.Ordinal);
        await using var command = database.DataSource.CreateCommand("""
            select i.id, o.version, o.name, o.names::text, o.acronym, o.country, o.types, o.website
            from unnest($1::text[]) as i(id)
            join external_id e on e.namespace = split_part(i.id, ':', 1) and e.value = substr(i.id, strpos(i.id, ':') + 1)
            join member_organisation o on o.id = e.organisation_id
            where o.node = $2
            """);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. named.Select(same => same.Key)] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var content = new OrganisationContent(
                reader.GetString(2), LanguageTexts.FromJson(reader.GetString(3)), await reader.IsDBNullAsync(4, ct) ? null : reader.GetString(4),
                reader.GetString(5), await reader.GetFieldValueAsync<string[]>(6, ct), await reader.IsDBNullAsync(7, ct) ? null : reader.GetString(7));
            foreach (var row in named[reader.GetString(0)])
                row.Keep(content, reader.GetInt32(1), columns);
        }
    }

    // The search text begins with the folded name.
    private async Task<ILookup<(string Name, string Country), string[]>> ByNameAsync(List<ImportRow> rows, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("""
            select split_part(search, chr(10), 1), country, external_ids from member_organisation
            where node = $1 and split_part(search, chr(10), 1) = any($2)
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = node });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(row => row.FoldedName).Distinct(StringComparer.Ordinal)] });
        var found = new List<(string Name, string Country, string[] Ids)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((reader.GetString(0), reader.GetString(1), await reader.GetFieldValueAsync<string[]>(2, ct)));
        return found.ToLookup(record => (record.Name, record.Country), record => record.Ids);
    }
}
