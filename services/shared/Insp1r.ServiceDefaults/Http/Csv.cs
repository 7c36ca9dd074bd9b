using System.Text.Json;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// CSV (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe in front: most texts are a stranger's.
/// </summary>
public static class Csv
{
    public const string MediaType = "text/csv";

    public static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
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
}
