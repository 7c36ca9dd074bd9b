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

    /// <summary>Null while it is not known.</summary>
    public string? ExternalId { get; set; }
    public IdSource? IdFrom { get; set; }
    public required string Name { get; init; }
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
            Names = [Text(columns, row, ImportField.NameEn), Text(columns, row, ImportField.NameFr), Text(columns, row, ImportField.NameEs)],
            Acronym = Text(columns, row, ImportField.Acronym),
            Website = AddressOf(Text(columns, row, ImportField.Website)),
        };
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

        if (columns.Cell(row, ImportField.ExternalId) is { Length: > 0 } id)
            (read.ExternalId, read.IdFrom) = (id.Contains(':') ? id : $"{idNamespace}:{id}", IdSource.File);
        return read;
    }

    /// <summary>The id of a row without one: from the name and the country, at this node.</summary>
    public string DeriveId(string idNamespace) =>
        $"{idNamespace}:name-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{FoldedName}\n{Country}")).AsSpan(0, 10))}";

    /// <summary>What the file has no column for stays as the record has it; and if the record changes meanwhile, that is a conflict.</summary>
    public void Keep(OrganisationContent content, int version, ImportColumns columns)
    {
        var kept = false;
        for (var i = 0; i < Languages.Length; i++)
        {
            if (!columns.Has(ImportField.NameEn + i) && content.Names.TryGetValue(Languages[i], out var name))
                (Names[i], kept) = (name, true);
        }

        if (!columns.Has(ImportField.Acronym) && content.Acronym is not null)
            (Acronym, kept) = (content.Acronym, true);
        if (!columns.Has(ImportField.Website) && content.Website is not null)
            (Website, kept) = (content.Website, true);
        if (kept)
            BaseVersion ??= version;
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
            json.WriteString("externalId"u8, ExternalId ?? $"row:{Row.Number}");
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
        return Errors.Any ? intake.TakeFaulty(Row.Number, buffer.WrittenSpan, Errors) : intake.Take(Row.Number, buffer.WrittenSpan);
    }

    private static string? Text(ImportColumns columns, TableRow row, ImportField field) => Line(columns.Cell(row, field)) is { Length: > 0 } text ? text : null;

    // A line break inside a name is how it was laid out, and so are two blanks.
    private static string Line(string cell) => string.Join(' ', cell.Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

    // www.example.org is how people write an address.
    private static string? AddressOf(string? website) =>
        website is null || website.Contains("://", StringComparison.Ordinal) || !website.Contains('.', StringComparison.Ordinal) || website.Contains('@', StringComparison.Ordinal) ? website : $"https://{website}";
}
