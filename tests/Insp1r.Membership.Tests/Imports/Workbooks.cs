using System.IO.Compression;

namespace Insp1r.Membership.Tests.Imports;

/// <summary>Spreadsheets (Office Open XML), good and bad.</summary>
internal static class Workbooks
{
    // Style 1 is a date.
    public static byte[] Spreadsheet(string rows, string[]? shared = null)
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            const string Types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
            const string Package = "http://schemas.openxmlformats.org/package/2006";
            Add(zip, "[Content_Types].xml", $"""
                <Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
                <Override PartName="/xl/workbook.xml" ContentType="{Types}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="{Types}.styles+xml"/>
                <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{Types}.worksheet+xml"/>
                <Override PartName="/xl/sharedStrings.xml" ContentType="{Types}.sharedStrings+xml"/></Types>
                """);
            Add(zip, "_rels/.rels", $"""
                <Relationships xmlns="{Package}/relationships"><Relationship Id="r1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>
                """);
            Add(zip, "xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
            Add(zip, "xl/_rels/workbook.xml.rels", $"""
                <Relationships xmlns="{Package}/relationships"><Relationship Id="r1" Type="{Relations}/worksheet" Target="worksheets/sheet1.xml"/>
                <Relationship Id="r2" Type="{Relations}/styles" Target="styles.xml"/>
                {(shared is null ? "" : $"<Relationship Id=\"r3\" Type=\"{Relations}/sharedStrings\" Target=\"sharedStrings.xml\"/>")}</Relationships>
                """);
            Add(zip, "xl/styles.xml", $"<styleSheet xmlns=\"{Main}\"><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>");
            Add(zip, "xl/worksheets/sheet1.xml", $"<worksheet xmlns=\"{Main}\"><sheetData>{rows}</sheetData></worksheet>");
            if (shared is not null)
                Add(zip, "xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\">{string.Concat(shared.Select(text => $"<si><t>{System.Net.WebUtility.HtmlEncode(text)}</t></si>"))}</sst>");
        }

        return stream.ToArray();
    }

    /// <summary>What LibreOffice saves, as far as it tells itself by it.</summary>
    public static byte[] OpenDocument()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var type = new StreamWriter(zip.CreateEntry("mimetype", CompressionLevel.NoCompression).Open());
            type.Write("application/vnd.oasis.opendocument.spreadsheet");
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive zip, string name, string content)
    {
        using var writer = new StreamWriter(zip.CreateEntry(name).Open());
        writer.Write(content);
    }

    // 200 MB of blanks in a few kB.
    public static byte[] Bomb() => Bombs.Value;

    private static readonly Lazy<byte[]> Bombs = new(() => Spreadsheet($"<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>{new string(' ', 200 << 20)}"));

    // The same, saying that each part has a thousand bytes.
    public static byte[] Lying(byte[] bomb)
    {
        var lying = bomb.ToArray();
        for (var i = 0; i < lying.Length - 46; i++)
        {
            if (lying.AsSpan(i).StartsWith("PK\x01\x02"u8) && BitConverter.ToInt32(lying, i + 24) > 1_000)
                BitConverter.TryWriteBytes(lying.AsSpan(i + 24), 1_000);
        }

        return lying;
    }
}
