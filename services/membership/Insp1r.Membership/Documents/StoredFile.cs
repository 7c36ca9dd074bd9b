using Npgsql;

namespace Insp1r.Membership.Documents;

/// <summary>
/// A document's bytes, read slice by slice: memory holds one, and nothing of the database stays open while a slow client reads. A slice is found without
/// reading what lies before it, because the column is stored as it is and outside its row (<c>storage external</c>).
/// </summary>
internal sealed class StoredFile(NpgsqlDataSource database, Guid document, int length) : Stream
{
    private const int SliceLength = 256 << 10;
    private const string Sql = "select substring(bytes from $2 for $3) from document_file where document_id = $1";

    private ReadOnlyMemory<byte> _slice;
    private long _sliceStart;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= length)
            return 0;
        if (Position < _sliceStart || Position >= _sliceStart + _slice.Length)
            (_slice, _sliceStart) = (await ReadSliceAsync((int)Position, cancellationToken), Position);

        var ready = _slice[(int)(Position - _sliceStart)..];
        var count = Math.Min(ready.Length, buffer.Length);
        ready[..count].CopyTo(buffer);
        Position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => length,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    private async Task<byte[]> ReadSliceAsync(int start, CancellationToken ct)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(document);
        command.Parameters.AddWithValue(start + 1);
        command.Parameters.AddWithValue(SliceLength);
        // Half a file that says so is better than a wrong one: the client gets fewer bytes than it was promised.
        return await command.ExecuteScalarAsync(ct) as byte[] ?? throw new IOException("The document was withdrawn while its file was read.");
    }
}
