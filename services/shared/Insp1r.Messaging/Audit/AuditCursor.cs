using System.Globalization;
using Insp1r.Messaging.Log;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Messaging.Audit;

/// <summary>A place in the log as the cursor of a list, the newest first.</summary>
internal static class AuditCursor
{
    public static string Encode(LogPosition position) => KeysetCursor.Encode($"{position.Tx}.{position.Seq}", Guid.Empty);

    /// <summary>Without a cursor the place behind all.</summary>
    public static bool TryDecode(string? cursor, out LogPosition position)
    {
        position = LogPosition.BehindAll;
        if (cursor is null)
            return true;
        if (!KeysetCursor.TryDecode(cursor, out var key, out _) || key.Split('.') is not [var tx, var seq]
            || !ulong.TryParse(tx, NumberStyles.None, CultureInfo.InvariantCulture, out var txId)
            || !long.TryParse(seq, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return false;

        position = new LogPosition(txId, number);
        return true;
    }
}
