using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Insp1r.Membership.Organisations;
using Insp1r.Membership.Reference;
using Insp1r.Membership.Sync;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

/// <summary>Where a row's external id is from.</summary>
internal enum IdSource
{
    /// <summary>The file says it.</summary>
    File,

    /// <summary>An organisation of this name and country is on record at the node: it is that one.</summary>
    Record,

    /// <summary>Made of the node, the name and the country, so that the same row finds the same record again.</summary>
    Name,
}

/// <summary>One row as it was understood, on its way to becoming an item of a sync.</summary>
internal sealed class ImportRow(TableRow row)
{
    private static readonly string[] Languages = ["en", "fr", "es"];
    private static readonly JsonWriterOptions Options = new() { Encoder = JsonDefaults.Options.Encoder, SkipValidation = true };

    public TableRow Row { get; } = row;
    public FieldErrors Errors { get; } = new();

    /// <summary>What does not hinder the row, and its office should know.</summary>
    public FieldErrors Notices { get; } = new();

    /// <summary>Null while it is not known, and for a record on file that has none.</summary>
    public string? ExternalId { get; set; }
    public IdSource? IdFrom { get; set; }

    /// <summary>The id in the file, where it has the form of the platform's own.</summary>
    public Guid? OwnId { get; private set; }

    /// <summary>The record that the row is about; null for a new one.</summary>
    public RecordOnFile? Record { get; private set; }
    public string Name { get; private set; } = "";
    public required string Country { get; init; }
    public required IReadOnlyList<string> Types { get; init; }
    public required string?[] Names { get; init; }
    public string? Acronym { get; private set; }
    public string? Website { get; private set; }
    public DateOnly? MemberSince { get; private set; }
    public int? BaseVersion { get; private set; }

    /// <summary>The name as the record's search text has it: one and the same for "Coopérative  X" and "COOPERATIVE X".</summary>
    public string FoldedName => SearchText.Fold(Name);

    public static ImportRow Read(TableRow row, ImportColumns columns, ImportDates dates, string idNamespace)
    {
        var country = columns.Cell(row, ImportField.Country);
        var found = CountryNames.TryParse(country, out var alpha2);
        var types = TypeWords.Parse(columns.Cell(row, ImportField.Types));
        var known = types.Where(type => MovementTypes.Bit(type) != 0).ToList();
        var read = new ImportRow(row)
        {
            Name = Line(columns.Cell(row, ImportField.Name)),
            Country = found ? alpha2 : country,
            // Where none is known, any will do: the row is refused for those that it names, and its other faults are still to be found.
            Types = known.Count > 0 || types.Count == 0 ? known : [MovementTypes.All[^1]],
            Names = new string?[Languages.Length],
            Acronym = Text(columns, row, ImportField.Acronym),
            Website = AddressOf(Text(columns, row, ImportField.Website)),
        };
        read.RefuseErrors(columns);
        read.ReadNames(columns);
        for (var i = 0; i < types.Count; i++)
        {
            if (MovementTypes.Bit(types[i]) == 0)
                OrganisationRules.UnknownType(read.Errors, i);
        }

        if (!found && country.Length > 0)
            read.Errors.Add("/country", "unknown-country", $"'{(country.Length > 40 ? country[..40] : country)}' is neither an ISO 3166-1 code, such as RW, nor the name of one country in English, French or Spanish.");
        if (columns.Cell(row, ImportField.MemberSince) is { Length: > 0 } since)
            read.MemberSince = dates.Read(since, "/memberSince", read.Errors);
        if (columns.Cell(row, ImportField.BaseVersion) is { Length: > 0 } version)
        {
            read.BaseVersion = int.TryParse(version, out var number) && number > 0 ? number : null;
            if (read.BaseVersion is null)
                read.Errors.Add("/baseVersion", "wrong-type", "A version that you read: a number from 1.");
        }

        // Of several ids of one organisation, any does.
        var id = columns.Cell(row, ImportField.Id) is { Length: > 0 } own ? own : columns.Cell(row, ImportField.ExternalId).Split(';')[0].Trim();
        if (id.Length > 0)
            (read.ExternalId, read.IdFrom) = (id.Contains(':') ? id : $"{idNamespace}:{id}", IdSource.File);
        if (Guid.TryParseExact(id, "D", out var ownId))
            read.OwnId = ownId;
        return read;
    }

    /// <summary>The id of a row without one: from the name and the country, at this node.</summary>
    public string DeriveId(string idNamespace) =>
        $"{idNamespace}:name-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{FoldedName}\n{Country}")).AsSpan(0, 10))}";

    /// <summary>What the file says and nothing else, to compare with a record.</summary>
    public OrganisationContent Content => new(
        Name, Languages.Zip(Names).Where(name => name.Second is not null).ToDictionary(name => name.First, name => name.Second!, StringComparer.Ordinal), Acronym, Country, [.. Types], Website);

    /// <summary>
    /// Is about this record: what the file has no column for stays as the record has it, and if the record changes meanwhile, that is a conflict. What
    /// differs in blanks alone is the same.
    /// </summary>
    public void IsOf(RecordOnFile record, ImportColumns columns)
    {
        Record = record;
        if (ExternalId is null || !record.ExternalIds.Contains(ExternalId, StringComparer.Ordinal))
            ExternalId = record.ExternalIds.FirstOrDefault();

        var content = record.Content;
        Emptied("/acronym", content.Acronym, Acronym, columns.Has(ImportField.Acronym));
        Emptied("/website", content.Website, Website, columns.Has(ImportField.Website));
        for (var i = 0; i < Languages.Length; i++)
            Emptied($"/names/{Languages[i]}", content.Names.GetValueOrDefault(Languages[i]), Names[i], columns.Has(ImportField.NameEn + i) || columns.Has(ImportField.Names));

        // A record without an external id is merged by the id under which it was read, and so as it was read.
        var kept = ExternalId is null;
        Name = Line(content.Name) == Name ? content.Name : Name;
        for (var i = 0; i < Languages.Length; i++)
        {
            if (!content.Names.TryGetValue(Languages[i], out var name))
                continue;
            if (!columns.Has(ImportField.NameEn + i) && !columns.Has(ImportField.Names))
                (Names[i], kept) = (name, true);
            else if (Line(name) == Names[i])
                Names[i] = name;
        }

        if (content.Acronym is not null && !columns.Has(ImportField.Acronym))
            (Acronym, kept) = (content.Acronym, true);
        else if (content.Acronym is not null && Line(content.Acronym) == Acronym)
            Acronym = content.Acronym;
        if (!columns.Has(ImportField.Website) && content.Website is not null)
            (Website, kept) = (content.Website, true);
        if (kept)
            BaseVersion ??= record.Version;
    }

    private void Emptied(string pointer, string? onRecord, string? inFile, bool hasColumn)
    {
        if (hasColumn && onRecord is not null && inFile is null)
            Notices.Add(pointer, "emptied", $"The record has '{onRecord}', and the empty cell takes it away. To keep it, put it here, or leave the column out of the file.");
    }

    /// <summary>The item as a sync would bring it. What could not be read is left out: its fault stands in <see cref="Errors"/>.</summary>
    public SyncChunk? GiveTo(SyncIntake intake, string node, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "organisation"u8);
            // A row that has no id yet is refused for another fault.
            json.WriteString("externalId"u8, ExternalId ?? (Record is null ? $"row:{Row.Number}" : $"insp1r:{Record.Id}"));
            json.WriteString("node"u8, node);
            json.WriteString("name"u8, Name);
            json.WriteStartObject("names"u8);
            for (var i = 0; i < Languages.Length; i++)
            {
                if (Names[i] is not null)
                    json.WriteString(Languages[i], Names[i]);
            }

            json.WriteEndObject();
            json.WriteString("acronym"u8, Acronym);
            json.WriteString("country"u8, Country);
            json.WriteStartArray("types"u8);
            foreach (var type in Types)
                json.WriteStringValue(type);
            json.WriteEndArray();
            json.WriteString("website"u8, Website);
            if (BaseVersion is not null)
                json.WriteNumber("baseVersion"u8, BaseVersion.Value);
            if (MemberSince is not null)
                json.WriteString("memberSince"u8, MemberSince.Value.ToString("yyyy-MM-dd"));
            json.WriteEndObject();
        }

        if (buffer.WrittenCount > SyncIntake.MaxLine)
            return intake.TakeTooLong(Row.Number);
        return Errors.Any ? intake.TakeFaulty(Row.Number, buffer.WrittenSpan, Errors) : intake.Take(Row.Number, buffer.WrittenSpan, ExternalId is null ? Record?.Id : null);
    }

    private void RefuseErrors(ImportColumns columns)
    {
        foreach (var (field, cell) in columns.Cells(Row).Where(read => SpreadsheetErrors.Is(read.Cell)))
            Errors.Add($"/{field}", "error-cell", $"The cell says {cell}: its formula failed in the spreadsheet. Put the value there.");
    }

    private void ReadNames(ImportColumns columns)
    {
        if (columns.Cell(Row, ImportField.Names) is { Length: > 0 } json)
        {
            try
            {
                var names = JsonSerializer.Deserialize<Dictionary<string, string?>>(json, JsonDefaults.Options) ?? [];
                foreach (var (language, name) in names)
                {
                    if (Array.IndexOf(Languages, language) is var i and >= 0)
                        Names[i] = Line(name ?? "") is { Length: > 0 } text ? text : null;
                    else
                        Errors.Add($"/names/{FieldErrors.Escape(language)}", "unknown-language", $"One of {string.Join(", ", Languages)}.");
                }
            }
            catch (JsonException)
            {
                Errors.Add("/names", "bad-json", "A name for each language, such as {\"fr\":\"Mutuelle\"}.");
            }
        }

        for (var i = 0; i < Languages.Length; i++)
            Names[i] = Text(columns, Row, ImportField.NameEn + i) ?? Names[i];
    }

    private static string? Text(ImportColumns columns, TableRow row, ImportField field) => Line(columns.Cell(row, field)) is { Length: > 0 } text ? text : null;

    // A line break inside a name is how it was laid out, and so are two blanks.
    private static string Line(string cell) => string.Join(' ', cell.Split((char[])[' ', '\t', '\r', '\n', '\u00a0', '\u202f'], StringSplitOptions.RemoveEmptyEntries));

    // www.example.org is how people write an address.
    private static string? AddressOf(string? website) =>
        website is null || website.Contains("://", StringComparison.Ordinal) || !website.Contains('.', StringComparison.Ordinal) || website.Contains('@', StringComparison.Ordinal) ? website : $"https://{website}";
}
