using System.Collections.Frozen;
using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

/// <summary>What a column can be. <c>ImportColumns.Fields</c> has their names in the API.</summary>
internal enum ImportField
{
    /// <summary>The platform's own id, as a list that it wrote has it.</summary>
    Id,
    ExternalId,
    Name,

    /// <summary>The names in all languages as JSON, as a list that the platform wrote has them.</summary>
    Names,
    NameEn,
    NameFr,
    NameEs,
    Acronym,
    Country,
    Types,
    Website,
    MemberSince,
    BaseVersion,
}

/// <summary>One column and what it was taken for; <c>field</c> is null where it is not read, and <c>suggestion</c> then names the field that comes nearest.</summary>
internal sealed record ImportColumn(string Header, string? Field, string? Suggestion);

/// <summary>Which column is which field: as the mapping says, else by the words that offices write in English, French and Spanish.</summary>
internal sealed class ImportColumns
{
    public static readonly string[] Fields = [.. Enum.GetNames<ImportField>().Select(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName)];

    private static readonly ImportField[] Required = [ImportField.Name, ImportField.Country, ImportField.Types];

    private const string Words = """
        ExternalId: externalId, external id, id, identifier, identifiant, identificador, code, code membre, member id, member code, member number, matricule, numéro de membre, número de miembro, código, ref, reference
        Name: name, nom, nombre, organisation, organización, organisation name, name of the organisation, name of organisation, nom de l'organisation, nom organisation, nombre de la organización, dénomination, raison sociale, intitulé, denominación, razón social, member, membre, miembro, member organisation, organisation membre, organización miembro
        NameEn: nameEn, name en, names en, name english, english name, name in english, nom anglais, nom en anglais, nombre inglés, nombre en inglés
        NameFr: nameFr, name fr, names fr, name french, french name, name in french, nom français, nom en français, nombre francés, nombre en francés
        NameEs: nameEs, name es, names es, name spanish, spanish name, name in spanish, nom espagnol, nom en espagnol, nombre español, nombre en español
        Acronym: acronym, abbreviation, short name, sigle, acronyme, abréviation, nom court, siglas, sigla, acrónimo, abreviatura
        Country: country, country code, pays, code pays, país, código de país
        Types: type, types, type of organisation, type of movement, organisation type, movement type, kind, type d'organisation, type de mouvement, nature, tipo, tipos, tipo de organización, tipo de movimiento
        Website: website, web site, web, url, homepage, internet, site, site web, site internet, adresse web, page web, sitio, sitio web, página web
        MemberSince: memberSince, member since, membership since, since, joined, date joined, date of joining, date of admission, admission date, membre depuis, adhérent depuis, affilié depuis, depuis, date d'adhésion, date adhésion, date d'admission, date d'entrée, date entrée, date d'affiliation, date affiliation, entré le, miembro desde, afiliado desde, desde, fecha de adhesión, fecha de afiliación, fecha de ingreso
        BaseVersion: baseVersion, base version, version, versión
        """;

    // More often the number of the row than an id, and taken for one it would give a list that was sorted anew the ids of other organisations.
    private const string RowNumbers = "no, nr, n, n°, nº, num, number, numéro, número";

    private static readonly FrozenDictionary<string, ImportField> Known = Read();
    private static readonly FrozenSet<string> Suggested = RowNumbers.Split(',').Select(PlainWords.Key).ToFrozenSet(StringComparer.Ordinal);

    private readonly int[] _columns;
    private readonly string[] _headers;

    private ImportColumns(string[] headers, int[] columns) => (_headers, _columns) = (headers, columns);

    /// <summary>Its place from 0; -1 where the file has none.</summary>
    public int ColumnOf(ImportField field) => _columns[(int)field];

    public bool Has(ImportField field) => ColumnOf(field) >= 0;

    /// <summary>What the cell says, without the apostrophe that keeps a formula from being one.</summary>
    public string Cell(TableRow row, ImportField field) => Csv.Unguard(row.Cell(ColumnOf(field)));

    /// <summary>What each column says that is read, by the field's name in the API.</summary>
    public IEnumerable<(string Field, string Cell)> Cells(TableRow row) =>
        from field in Enum.GetValues<ImportField>()
        where Has(field)
        select (Fields[(int)field], Cell(row, field));

    /// <summary>The column by which a row is known; -1 where the file has none.</summary>
    public int IdColumn => Has(ImportField.Id) ? ColumnOf(ImportField.Id) : ColumnOf(ImportField.ExternalId);

    /// <summary>The header of the column that a fault's pointer, such as <c>/types/0</c>, is about; the field's own name where the file has none.</summary>
    public string HeaderOf(string pointer)
    {
        var field = pointer.Split('/') switch
        {
            [_, "names", var language, ..] when !Has(ImportField.Names) => $"name{char.ToUpperInvariant(language[0])}{language[1..]}",
            [_, "externalId", ..] when Has(ImportField.Id) => "id",
            [_, var member, ..] => member,
            _ => "",
        };
        var index = Array.IndexOf(Fields, field);
        return index >= 0 && _columns[index] >= 0 ? _headers[_columns[index]] : field;
    }

    public IReadOnlyList<ImportColumn> Describe()
    {
        var free = Known.Where(word => !Has(word.Value)).ToList();
        return [.. _headers.Select((header, column) => Array.IndexOf(_columns, column) is var field and >= 0
            ? new ImportColumn(header, Fields[field], null)
            : new ImportColumn(header, null, Suggest(header, free)))];
    }

    /// <summary>How many different fields these headers name: none that is a row of values names two.</summary>
    public static int Recognised(string[] headers, IReadOnlyDictionary<string, string?> mapping) =>
        headers.Select(header => FieldOf(header, headers, mapping)).Where(field => field is not null).Distinct().Count();

    /// <summary>Null where <paramref name="errors"/> says what is missing, or there twice.</summary>
    public static ImportColumns? Find(string[] headers, IReadOnlyDictionary<string, string?> mapping, FieldErrors errors)
    {
        var columns = new int[Fields.Length];
        Array.Fill(columns, -1);
        for (var column = 0; column < headers.Length; column++)
        {
            if (FieldOf(headers[column], headers, mapping) is not { } field)
                continue;
            if (columns[(int)field] >= 0)
                errors.Add($"/{Fields[(int)field]}", "repeated", $"'{headers[columns[(int)field]]}' and '{headers[column]}' both say {Fields[(int)field]}: tell with 'mapping' which one is meant.");
            else
                columns[(int)field] = column;
        }

        foreach (var header in mapping.Keys.Where(header => !headers.Contains(header, StringComparer.Ordinal)))
            errors.Add("/mapping", "unknown-header", $"The file has no column '{header}'.");
        foreach (var field in Required.Where(field => columns[(int)field] < 0))
            errors.Add($"/{Fields[(int)field]}", "required", $"No column says {Fields[(int)field]}.");
        return errors.Any ? null : new ImportColumns(headers, columns);
    }

    private static ImportField? FieldOf(string header, string[] headers, IReadOnlyDictionary<string, string?> mapping)
    {
        if (mapping.TryGetValue(header, out var field))
            return Array.IndexOf(Fields, field) is var index and >= 0 ? (ImportField)index : null;
        // A list that the platform wrote has two columns that else would be one field.
        if (header is "id" && headers.Contains("externalIds", StringComparer.Ordinal))
            return ImportField.Id;
        if (header is "names" && headers.Contains("name", StringComparer.Ordinal))
            return ImportField.Names;
        return header.Length <= 60 && Known.TryGetValue(PlainWords.Key(header), out var known) ? known : null;
    }

    // A third of the letters may be wrong.
    private static string? Suggest(string header, List<KeyValuePair<string, ImportField>> free)
    {
        var key = header.Length <= 60 ? PlainWords.Key(header) : "";
        if (Suggested.Contains(key))
            return free.Exists(known => known.Value == ImportField.ExternalId) ? Fields[(int)ImportField.ExternalId] : null;
        if (key.Length < 3 || free.Count == 0)
            return null;
        var (word, field) = free.MinBy(known => Distance(key, known.Key));
        return Distance(key, word) <= Math.Max(key.Length, word.Length) / 3 ? Fields[(int)field] : null;
    }

    // Levenshtein: how many letters to add, to take out or to replace.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }

    private static FrozenDictionary<string, ImportField> Read()
    {
        var known = new Dictionary<string, ImportField>(StringComparer.Ordinal);
        foreach (var line in Words.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            foreach (var word in line[(colon + 1)..].Split(','))
                known.TryAdd(PlainWords.Key(word), Enum.Parse<ImportField>(line[..colon]));
        }

        return known.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
