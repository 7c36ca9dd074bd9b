using System.Text;

namespace Insp1r.System.Tests.Telemetry;

/// <summary>Reads the length-delimited fields of a protobuf message: enough for ids, names and nested messages.</summary>
internal static class Protobuf
{
    public static string Text(ReadOnlyMemory<byte> message, int field) => Encoding.UTF8.GetString(First(message, field).Span);

    public static string Hex(ReadOnlyMemory<byte> message, int field) => Convert.ToHexStringLower(First(message, field).Span);

    /// <summary>All values of one field, in their order.</summary>
    public static List<ReadOnlyMemory<byte>> Fields(ReadOnlyMemory<byte> message, int field)
    {
        var found = new List<ReadOnlyMemory<byte>>();
        for (var rest = message; rest.Length > 0;)
        {
            var tag = Varint(ref rest);
            switch (tag & 7)
            {
                case 0:
                    Varint(ref rest);
                    break;
                case 1:
                    rest = rest[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref rest);
                    if ((int)(tag >> 3) == field)
                        found.Add(rest[..length]);
                    rest = rest[length..];
                    break;
                case 5:
                    rest = rest[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} is not of protobuf 3.");
            }
        }

        return found;
    }

    private static ReadOnlyMemory<byte> First(ReadOnlyMemory<byte> message, int field) => Fields(message, field).FirstOrDefault();

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest.Span[0];
            rest = rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
