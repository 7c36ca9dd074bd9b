using System.Buffers;

namespace Insp1r.Membership.Sync;

/// <summary>Cuts a stream into lines. A line that is too long is dropped while it comes, and rejected when it ends.</summary>
internal sealed class SyncLines(SyncIntake intake)
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];
    private readonly byte[] _joined = new byte[SyncIntake.MaxLine];
    private bool _isTooLong;

    /// <summary>How many lines there were, blank ones included.</summary>
    public int Count { get; private set; }

    /// <summary>Takes lines until a chunk is full, and gives it; null where the rest has no whole line. At the end of the body the rest is one.</summary>
    public SyncChunk? TakeFrom(ref ReadOnlySequence<byte> rest, bool isEnd)
    {
        while (true)
        {
            var end = rest.PositionOf((byte)'\n');
            if (end is null && !isEnd)
            {
                if (rest.Length > SyncIntake.MaxLine)
                {
                    _isTooLong = true;
                    rest = rest.Slice(rest.End);
                }

                return null;
            }

            if (end is null && rest.IsEmpty && !_isTooLong)
                return null;

            var line = end is null ? rest : rest.Slice(0, end.Value);
            rest = end is null ? rest.Slice(rest.End) : rest.Slice(rest.GetPosition(1, end.Value));
            Count++;
            if (Take(line) is { } full)
                return full;
        }
    }

    private SyncChunk? Take(in ReadOnlySequence<byte> line)
    {
        var isTooLong = _isTooLong || line.Length > SyncIntake.MaxLine;
        _isTooLong = false;
        if (isTooLong)
            return intake.TakeTooLong(Count);

        ReadOnlySpan<byte> bytes;
        if (line.IsSingleSegment)
        {
            bytes = line.FirstSpan;
        }
        else
        {
            line.CopyTo(_joined);
            bytes = _joined.AsSpan(0, (int)line.Length);
        }

        if (Count == 1 && bytes.StartsWith(ByteOrderMark))
            bytes = bytes[ByteOrderMark.Length..];
        bytes = bytes.Trim(" \t\r"u8);
        return bytes.IsEmpty ? null : intake.Take(Count, bytes);
    }
}
