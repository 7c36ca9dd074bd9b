using System.Globalization;
using System.Text.Json;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Messaging.Audit;

/// <summary>Entries as CSV; before and after are JSON.</summary>
internal static class AuditCsv
{
    public const string Header = $"{Csv.ByteOrderMark}id,at,actor,app,origin,reason,type,subject,subjectId,version,node,before,after,erasedAt,sealed\r\n";

    public static string Line(AuditEntry entry) => Csv.Line(
    [
        $"{entry.Id}", Time(entry.At), Csv.Cell(entry.Actor), Csv.Cell(entry.App), Csv.Cell(entry.Origin), Csv.Cell(entry.Reason), Csv.Cell(entry.Type), Csv.Cell(entry.Subject),
        $"{entry.SubjectId}", entry.Version.ToString(CultureInfo.InvariantCulture), Csv.Cell(entry.Node), Json(entry.Before), Json(entry.After),
        entry.ErasedAt is { } erased ? Time(erased) : "", entry.Sealed?.ToString(CultureInfo.InvariantCulture) ?? "",
    ]);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static string Json(JsonElement? element) => element is { } json ? Csv.Cell(json.GetRawText()) : "";
}
