using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Insp1r.Messaging.Log;

namespace Insp1r.Messaging.Feed;

/// <summary>
/// The opaque cursor of a feed reader: format version, epoch, position, and the filter it was made for. A cursor of another epoch
/// (before a restore) is answered 410; one of another filter or of another making is refused.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FeedCursor(int Epoch, LogPosition Position, uint Filter)
{
    private const byte FormatVersion = 1;
    private const int Size = 1 + 4 + 8 + 8 + 4 + 4;

    /// <summary>The same for the same filter, whatever the order of its parts.</summary>
    public static uint FilterOf(IEnumerable<string> nodes, IEnumerable<string>? types) => Digest(Encoding.UTF8.GetBytes(
        $"{string.Join(',', nodes.Order(StringComparer.Ordinal))}|{string.Join(',', types?.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())}"));

    public string Encode()
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes[0] = FormatVersion;
        BinaryPrimitives.WriteInt32BigEndian(bytes[1..], Epoch);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[5..], Position.Tx);
        BinaryPrimitives.WriteInt64BigEndian(bytes[13..], Position.Seq);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[21..], Filter);
        // A mangled cursor would silently begin somewhere else.
        BinaryPrimitives.WriteUInt32BigEndian(bytes[25..], Digest(bytes[..25]));
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryDecode(string text, out FeedCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length > 60 || !Base64Url.IsValid(text, out var length) || length != Size || !Base64Url.TryDecodeFromChars(text, bytes, out _)
            || bytes[0] != FormatVersion || BinaryPrimitives.ReadUInt32BigEndian(bytes[25..]) != Digest(bytes[..25]))
            return false;

        cursor = new FeedCursor(
            BinaryPrimitives.ReadInt32BigEndian(bytes[1..]),
            new LogPosition(BinaryPrimitives.ReadUInt64BigEndian(bytes[5..]), BinaryPrimitives.ReadInt64BigEndian(bytes[13..])),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[21..]));
        return cursor.Position.Seq >= 0;
    }

    private static uint Digest(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(bytes));
}
