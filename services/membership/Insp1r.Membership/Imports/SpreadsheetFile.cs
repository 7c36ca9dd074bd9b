using System.IO.Compression;
using System.Xml;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

/// <summary>A spreadsheet (.xlsx): the first visible sheet that has something in it.</summary>
internal static class SpreadsheetFile
{
    public const string MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    /// <summary>What 20,000 full rows never reach; a file of 20 MB could unfold to 20 GB.</summary>
    private const long MaxUnfolded = 150L << 20;
    private const int MaxParts = 2_000;

    /// <summary>Excel's own bounds. Beyond them a file is made to do harm.</summary>
    private const int MaxSheetColumns = 16_384;
    private const int MaxSheetRows = 1_048_576;

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/";

    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith("PK\x03\x04"u8);

    /// <summary>Its first part says so, by OpenDocument 1.3, part 2, 3.3.</summary>
    public static bool IsOpenDocument(ReadOnlySpan<byte> file) => Is(file) && file.Length > 30 && file[30..].StartsWith("mimetypeapplication/vnd.oasis.opendocument"u8);

    /// <summary>The format before 2007, and files with a password.</summary>
    public static bool IsOld(ReadOnlySpan<byte> file) => file.StartsWith<byte>([0xD0, 0xCF, 0x11, 0xE0]);

    public static TableRows? Read(byte[] file, FieldErrors errors)
    {
        try
        {
            if (Unfolded(file) is { } size && size <= MaxUnfolded)
                return ReadSheet(file, errors);
            errors.Add("", "too-large", $"Unpacked, a spreadsheet has at most {MaxUnfolded >> 20} MiB in {MaxParts} parts.");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The reader trusts its files, and a malformed one meets it as a null, a bad index or a bad number. It is given bytes
            // alone, so whatever it throws is about them.
            errors.Add("", "bad-spreadsheet", "The spreadsheet is damaged: open it and save it as .xlsx or .csv again.");
        }

        return null;
    }

    // As the file says; what unpacks a part stops at the length that it says.
    private static long? Unfolded(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return zip.Entries.Count <= MaxParts ? zip.Entries.Sum(entry => Math.Min(entry.Length, MaxUnfolded + 1)) : null;
    }

    private static TableRows ReadSheet(byte[] file, FieldErrors errors)
    {
        using var cells = new SpreadsheetCells(file);
        var rows = new TableRows();
        foreach (var sheet in cells.VisibleSheets)
        {
            ReadSheet(cells.Read(sheet), rows, errors);
            if (rows.Kept.Count > 0 || errors.Any)
                break;
            rows = new TableRows();
        }

        return rows;
    }

    private static void ReadSheet(IEnumerable<(int Row, int Column, string Text)> cells, TableRows rows, FieldErrors errors)
    {
        // Some writers put the cells of a row in another order than that of their columns.
        var row = new List<(int Column, string Text)>();
        foreach (var (number, column, text) in cells)
        {
            if (number > MaxSheetRows || column > MaxSheetColumns)
                errors.Add("", "too-large", "The sheet reaches too far: delete what stands far below or to the right of the list.");
            if (number <= rows.Number)
                throw new InvalidDataException("A row stands behind one that comes after it.");
            for (; number > rows.Number + 1 && !errors.Any && !rows.IsTooLong; row.Clear())
                Take(row, rows, errors);
            if (errors.Any || rows.IsTooLong)
                return;
            row.Add((column, text));
        }

        Take(row, rows, errors);
    }

    private static void Take(List<(int Column, string Text)> row, TableRows rows, FieldErrors errors)
    {
        row.Sort((a, b) => a.Column.CompareTo(b.Column));
        var filled = 0;
        foreach (var (column, text) in row)
        {
            // Said twice: the first holds.
            if (column <= filled)
                continue;
            for (; filled < column - 1; filled++)
                rows.Cell("", errors);
            rows.Cell(text, errors);
            filled++;
        }

        rows.End();
    }

    /// <summary>One sheet of texts: an id such as 0001 keeps its zeroes, and nothing is taken for a formula.</summary>
    public static byte[] Write(IEnumerable<IReadOnlyList<string>> rows)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "[Content_Types].xml", $"""
                <Types xmlns="{Package}content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                <Override PartName="/xl/workbook.xml" ContentType="{MediaType}.main+xml"/>
                <Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>
                """);
            Add(zip, "_rels/.rels", $"""<Relationships xmlns="{Package}relationships"><Relationship Id="r1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Add(zip, "xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="{Package}relationships"><Relationship Id="r1" Type="{Relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>""");
            Add(zip, "xl/workbook.xml", $"""<workbook xmlns="{Main}" xmlns:r="{Relations}"><sheets><sheet name="Members" sheetId="1" r:id="r1"/></sheets></workbook>""");
            using var part = zip.CreateEntry("xl/worksheets/sheet1.xml", CompressionLevel.Fastest).Open();
            WriteSheet(part, rows);
        }

        return stream.ToArray();
    }

    private static void WriteSheet(Stream part, IEnumerable<IReadOnlyList<string>> rows)
    {
        using var xml = XmlWriter.Create(part, new XmlWriterSettings { CheckCharacters = false, NewLineHandling = NewLineHandling.Entitize });
        xml.WriteStartElement("worksheet", Main);
        xml.WriteStartElement("sheetData", Main);
        foreach (var row in rows)
        {
            xml.WriteStartElement("row", Main);
            foreach (var cell in row)
            {
                xml.WriteStartElement("c", Main);
                xml.WriteAttributeString("t", "inlineStr");
                xml.WriteStartElement("is", Main);
                xml.WriteStartElement("t", Main);
                xml.WriteAttributeString("xml", "space", ns: null, "preserve");
                xml.WriteString(new string([.. cell.Where(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c))]));
                xml.WriteEndElement();
                xml.WriteEndElement();
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Add(ZipArchive zip, string name, string content)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name, CompressionLevel.Fastest).Open());
        writer.Write(content);
    }
}
