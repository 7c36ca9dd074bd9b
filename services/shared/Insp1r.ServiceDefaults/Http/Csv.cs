using System.Text.Json;
using System.Text.RegularExpressions;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in front: most texts are a stranger's.
/// </summary>
public static partial class Csv
{
    public const string MediaType = "text/csv";

    /// <summary>Begins a file: without it, spreadsheet programs take UTF-8 for something else.</summary>
    public const string ByteOrderMark = "\uFEFF";

    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = Guard(text);
        return safe.AsSpan().IndexOfAny(",;\t\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A member of a JSON object: words in a list are parted by semicolons, and what has members of its own stays JSON.</summary>
    public static string Cell(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => Cell(value.GetString()),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => Cell(string.Join(';', value.EnumerateArray().Select(item => item.GetString()))),
        _ => Cell(value.GetRawText()),
    };

    public static string Line(IEnumerable<string> cells) => string.Join(',', cells) + "\r\n";

    /// <summary>The text that <see cref="Guard"/> was given.</summary>
    public static string Unguard(string cell) => cell.Contains('\'', StringComparison.Ordinal) ? Disarmed.Replace(cell, "") : cell;

    /// <summary>The text with an apostrophe wherever a spreadsheet would take what follows for a formula.</summary>
    public static string Guard(string text) => text.AsSpan().IndexOfAny("=+-@\t\r") < 0 ? text : Dangerous.Replace(text, "'");

    // Where French and Spanish spreadsheets begin a cell, quoted or not: at semicolons and tabs. What stands behind an apostrophe already gets another one, so
    // that taking one away gives the text back.
    [GeneratedRegex(@"(?<=^|[;\t\r\n])(?='*[=+\-@\t\r])", RegexOptions.CultureInvariant)]
    private static partial Regex Dangerous { get; }

    [GeneratedRegex(@"(?<=^|[;\t\r\n])'(?='*[=+\-@\t\r])", RegexOptions.CultureInvariant)]
    private static partial Regex Disarmed { get; }
}
