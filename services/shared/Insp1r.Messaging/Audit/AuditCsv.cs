using System.Globalization;
using System.Text.Json;

namespace Insp1r.Messaging.Audit;

/// <summary>
/// Entries as CSV (RFC 4180); before and after are JSON. What a spreadsheet would take for a formula gets an apostrophe in front: a
/// reason is a stranger's text.
/// </summary>
internal static class AuditCsv
{
    public const string Header = "id,at,actor,app,origin,reason,type,subject,subjectId,version,node,before,after,erasedAt,sealed\r\n";

    public static string Line(AuditEntry entry) => string.Join(',',
    [
        $"{entry.Id}", Time(entry.At), Quote(entry.Actor), Quote(entry.App), Quote(entry.Origin), Quote(entry.Reason), Quote(entry.Type), Quote(entry.Subject),
        $"{entry.SubjectId}", entry.Version.ToString(CultureInfo.InvariantCulture), Quote(entry.Node), Json(entry.Before), Json(entry.After),
        entry.ErasedAt is { } erased ? Time(erased) : "", entry.Sealed?.ToString(CultureInfo.InvariantCulture) ?? "",
    ]) + "\r\n";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static string Json(JsonElement? element) => element is { } json ? Quote(json.GetRawText()) : "";

    private static string Quote(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
