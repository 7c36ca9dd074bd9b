using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Insp1r.Membership.Imports;

/// <summary>
/// The cells of a spreadsheet as texts, read one by one: shared texts and formats are in memory, of the sheet only what was just read.
/// Throws what the library throws where the file is not what it says.
/// </summary>
internal sealed partial class SpreadsheetCells : IDisposable
{
    /// <summary>An error whose own text is missing or none: what stands in the cell was lost, and is not to be taken for empty.</summary>
    private const string UnknownError = "#ERROR!";

    private readonly SpreadsheetDocument _document;
    private readonly WorkbookPart _workbook;
    private readonly List<string> _shared = [];
    private readonly List<bool> _dateStyles = [];
    private readonly bool _since1904;

    public SpreadsheetCells(byte[] file)
    {
        _document = SpreadsheetDocument.Open(WithForwardSlashes(file), isEditable: false);
        _workbook = _document.WorkbookPart ?? throw new InvalidDataException("It has no workbook.");
        if (_workbook.SharedStringTablePart is { } shared)
            ReadShared(shared);
        if (_workbook.WorkbookStylesPart?.Stylesheet is { } styles)
            ReadStyles(styles);
        _since1904 = _workbook.Workbook?.WorkbookProperties?.Date1904?.Value == true;
    }

    /// <summary>The sheets that a person sees, in their order.</summary>
    public IEnumerable<WorksheetPart> VisibleSheets =>
        from sheet in _workbook.Workbook?.Sheets?.Elements<Sheet>() ?? []
        where (sheet.State?.Value ?? SheetStateValues.Visible) == SheetStateValues.Visible
        select _workbook.GetPartById(sheet.Id!) as WorksheetPart into part
        where part is not null
        select part;

    /// <summary>
    /// What is not empty, with its row and column, both from 1. Where a cell does not say where it stands, it follows the one before.
    /// (The library's own reader makes an object of each cell: five times the memory for the same texts. Names without their
    /// namespace are the same in strict files.)
    /// </summary>
    public IEnumerable<(int Row, int Column, string Text)> Read(WorksheetPart sheet)
    {
        using var xml = XmlReader.Create(sheet.GetStream());
        var (row, column) = (0, 0);
        while (xml.Read())
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "row" })
            {
                row = xml.GetAttribute("r") is { } number ? int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture) : row + 1;
                column = 0;
            }
            else if (xml is { NodeType: XmlNodeType.Element, LocalName: "c" })
            {
                column = xml.GetAttribute("r") is { } place ? ColumnOf(place) : column + 1;
                if (ReadCell(xml) is { Length: > 0 } text)
                    yield return (row, column, text);
            }
        }
    }

    public void Dispose() => _document.Dispose();

    // ECMA-376, part 1, 18.18.11 (ST_CellType).
    private string ReadCell(XmlReader xml)
    {
        var (type, style) = (xml.GetAttribute("t"), xml.GetAttribute("s"));
        var (text, value) = ReadTexts(xml);
        if (type is "inlineStr")
            return Unescape(text);
        if (type is "e")
            return SpreadsheetErrors.Is(value) ? value : UnknownError;
        if (value.Length == 0)
            return "";

        return type switch
        {
            "s" => _shared[int.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture)],
            "str" => Unescape(value),
            "b" => value is "0" or "false" ? bool.FalseString : bool.TrueString,
            "d" => Write(DateTimeOffset.Parse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime),
            _ => ReadNumber(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture), style),
        };
    }

    private string ReadNumber(double number, string? style) =>
        IsDate(style) && DateOf(number) is { } date ? Write(date) : number.ToString(CultureInfo.InvariantCulture);

    private bool IsDate(string? style) =>
        int.TryParse(style, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < _dateStyles.Count && _dateStyles[index];

    private void ReadShared(SharedStringTablePart part)
    {
        using var xml = XmlReader.Create(part.GetStream());
        while (xml.Read())
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "si" })
                _shared.Add(Unescape(ReadTexts(xml).Text));
        }
    }

    // From the start of a cell or a shared text to its end: of a text in several formats all pieces (how it is spoken, rPh, is none),
    // and a cell's value.
    private static (string Text, string Value) ReadTexts(XmlReader xml)
    {
        if (xml.IsEmptyElement)
            return ("", "");

        // Appended piece by piece: a file of this size can have millions of pieces of one letter in one cell.
        var (text, value, element, spoken) = (new StringBuilder(), new StringBuilder(), "", false);

        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    element = xml.LocalName;
                    spoken |= element == "rPh";
                    break;
                case XmlNodeType.EndElement:
                    element = "";
                    spoken &= xml.LocalName != "rPh";
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    if (element == "v")
                        value.Append(xml.Value);
                    else if (element == "t" && !spoken)
                        text.Append(xml.Value);
                    break;
            }
        }

        return (text.ToString(), value.ToString());
    }

    private void ReadStyles(Stylesheet styles)
    {
        var own = new Dictionary<uint, string>();
        foreach (var format in styles.NumberingFormats?.Elements<NumberingFormat>() ?? [])
            own[format.NumberFormatId ?? 0] = format.FormatCode?.Value ?? "";
        foreach (var format in styles.CellFormats?.Elements<CellFormat>() ?? [])
        {
            var id = format.NumberFormatId?.Value ?? 0;
            _dateStyles.Add(own.TryGetValue(id, out var code) ? IsDateFormat(code) : IsDateFormat(id));
        }
    }

    // Days since 30 December 1899; before March 1900 one more, since Excel believes in a 29 February 1900. Null where the number is none.
    private DateTime? DateOf(double number)
    {
        var days = _since1904 ? number + 1462 : number < 60 ? number + 1 : number;
        return days is > 0 and < 2_958_466 ? DateTime.FromOADate(days) : null;
    }

    private static string Write(DateTime time) =>
        time.ToString(time.TimeOfDay.Ticks == 0 ? "yyyy-MM-dd" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);

    private static int ColumnOf(string place)
    {
        var column = 0;
        foreach (var letter in place.TakeWhile(char.IsAsciiLetter))
            column = checked((column * 26) + (char.ToUpperInvariant(letter) - 'A' + 1));
        return column > 0 ? column : throw new InvalidDataException("A cell says no column.");
    }

    private static bool IsDateFormat(string code) => Letters().Replace(code, "").AsSpan().IndexOfAny("dmyhsDMYHS") >= 0;

    // ECMA-376, part 1, 18.8.30 (numFmt): the ids that have no format code in the file, those of East Asian languages included.
    private static bool IsDateFormat(uint id) => id is (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 45 and <= 47) or (>= 50 and <= 58);

    private static string Unescape(string text) => text.Contains("_x", StringComparison.Ordinal) ? Escape().Replace(text, Letter) : text;

    private static string Letter(Match escape) => $"{(char)ushort.Parse(escape.Groups["code"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)}";

    // Some writers name the parts of the archive as Windows does; the library then finds none.
    private static MemoryStream WithForwardSlashes(byte[] file)
    {
        using var from = new ZipArchive(new MemoryStream(file));
        if (!from.Entries.Any(entry => entry.FullName.Contains('\\', StringComparison.Ordinal)))
            return new MemoryStream(file, writable: false);

        var mended = new MemoryStream();
        using (var to = new ZipArchive(mended, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var source = entry.Open();
                using var target = to.CreateEntry(entry.FullName.Replace('\\', '/'), CompressionLevel.Fastest).Open();
                source.CopyTo(target);
            }
        }

        mended.Position = 0;
        return mended;
    }

    // What a format says literally, and its colours, conditions and currencies.
    [GeneratedRegex(
        "\"[^\"]*\"|\\\\.|_.|\\*.|\\[(?!h+\\]|m+\\]|s+\\])[^\\]]*\\]|General", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Letters();

    // ECMA-376, part 1, 22.4.2.4 (ST_Xstring).
    [GeneratedRegex("_x(?<code>[0-9A-Fa-f]{4})_", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escape();
}
