using System.Text.Unicode;

namespace Insp1r.Membership.Documents;

/// <summary>A kind of file that can be a document: what its name ends in, and how its bytes begin.</summary>
internal sealed record FileType(string MediaType, string[] Endings, byte[] Beginning)
{
    private static readonly byte[] Zip = "PK\u0003\u0004"u8.ToArray();

    // A text has no beginning of its own.
    private static readonly byte[] Text = [];

    public static readonly FileType[] All =
    [
        new("application/pdf", [".pdf"], "%PDF-"u8.ToArray()),
        new("application/vnd.openxmlformats-officedocument.wordprocessingml.document", [".docx"], Zip),
        new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", [".xlsx"], Zip),
        new("application/vnd.oasis.opendocument.text", [".odt"], Zip),
        new("application/vnd.oasis.opendocument.spreadsheet", [".ods"], Zip),
        new("text/csv", [".csv"], Text),
        new("text/plain", [".txt"], Text),
        new("image/png", [".png"], [0x89, .. "PNG\r\n\u001a\n"u8]),
        new("image/jpeg", [".jpg", ".jpeg"], [0xff, 0xd8, 0xff]),
    ];

    public static string[] MediaTypes => Array.ConvertAll(All, type => type.MediaType);

    public static string AllEndings => string.Join(", ", All.SelectMany(type => type.Endings));

    /// <summary>Null where the name's ending is none of these.</summary>
    public static FileType? OfName(string name) =>
        Array.Find(All, type => Array.Exists(type.Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));

    /// <summary>True where these bytes can be a file of this kind. A text is UTF-8 without NUL.</summary>
    public bool Fits(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 0 && bytes.StartsWith(Beginning) && (Beginning.Length > 0 || (Utf8.IsValid(bytes) && !bytes.Contains((byte)0)));
}
