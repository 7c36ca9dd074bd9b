using System.Security.Cryptography;
using Insp1r.Membership.Nodes;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Sync;

/// <summary>
/// Turns the lines of one body into chunks, and rejects what can be judged without the records: what cannot be read, what lies
/// outside the caller's nodes, and what the same body says twice.
/// </summary>
internal sealed class SyncIntake(Caller caller, NodeDirectory nodes, bool hashed, DateTimeOffset now)
{
    public const int MaxLine = 64 * 1024;

    private readonly SyncItemReader _reader = new(now);
    // 128-bit hashes instead of the ids: a million lines must not cost a hundred megabytes.
    private readonly HashSet<UInt128> _seen = [];
    private readonly IncrementalHash? _hash = hashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private SyncChunk _chunk = new(0);
    private string? _allowedNode;

    /// <summary>Takes one item, and gives the chunk that it fills. <paramref name="record"/> is the record that it is about, where no external id finds it.</summary>
    public SyncChunk? Take(int number, ReadOnlySpan<byte> json, Guid? record = null)
    {
        _hash?.AppendData(json);
        _hash?.AppendData("\n"u8);
        var line = new SyncLine(number);
        line.Item = _reader.Read(json, line.Errors, out var externalId);
        line.ExternalId = externalId;
        if (line.Item is null)
            line.Reject();
        else
            Judge(line, line.Item);
        if (record is not null && line.Item is { } item)
            line.Item = item with { Record = record };
        return Add(line);
    }

    /// <summary>Takes an item in which faults were found before it became JSON: they are told instead of what follows from them.</summary>
    public SyncChunk? TakeFaulty(int number, ReadOnlySpan<byte> json, FieldErrors faults)
    {
        var others = new FieldErrors();
        _reader.Read(json, others, out var externalId);
        var line = new SyncLine(number) { ExternalId = externalId };
        foreach (var error in faults.Items.Concat(others.Items.Where(other => faults.Items.All(fault => fault.Pointer != other.Pointer))))
            line.Reject(error.Pointer, error.Code, error.Detail);
        return Add(line);
    }

    /// <summary>Takes a line that was too long to be read.</summary>
    public SyncChunk? TakeTooLong(int number)
    {
        _hash?.AppendData("(too long)\n"u8);
        var line = new SyncLine(number);
        line.Reject("", "too-long", $"An item has at most {MaxLine} bytes.");
        return Add(line);
    }

    /// <summary>The last, unfilled chunk, or null where there is none.</summary>
    public SyncChunk? End()
    {
        if (_chunk.Lines.Count == 0)
            return null;
        _chunk.IsKnownLast = true;
        return Close();
    }

    /// <summary>Rejects the items of nodes that do not exist.</summary>
    public async Task CheckNodesAsync(SyncChunk chunk, CancellationToken ct)
    {
        var unknown = chunk.Lines.Where(line => line.Item is not null && !nodes.Knows(line.Item.Node)).ToList();
        if (unknown.Count == 0)
            return;

        await nodes.LookUpAsync([.. unknown.Select(line => line.Item!.Node).Distinct(StringComparer.Ordinal)], ct);
        foreach (var line in unknown.Where(line => !nodes.Knows(line.Item!.Node)))
            line.Reject("/node", "unknown-node", "There is no such node.");
    }

    private void Judge(SyncLine line, SyncItem item)
    {
        if (!ReferenceEquals(item.Node, _allowedNode) && !caller.May(Role.Contributor, item.Node))
            line.Reject("/node", AccessErrors.OutsideYourNodes.Name, $"You are not a contributor to {item.Node}.");
        else if (!_seen.Add(HashOf(item.ExternalId)))
            line.Reject("/externalId", "repeated", "This external id came before in the same batch.");
        else
            _allowedNode = item.Node;
    }

    private SyncChunk? Add(SyncLine line)
    {
        _chunk.Lines.Add(line);
        return _chunk.IsFull ? Close() : null;
    }

    private SyncChunk Close()
    {
        var full = _chunk;
        full.Hash = _hash?.GetHashAndReset() ?? [];
        _chunk = new SyncChunk(full.Number + 1);
        return full;
    }

    // FNV-1a.
    private static UInt128 HashOf(string text)
    {
        var prime = new UInt128(0x0000000001000000, 0x000000000000013B);
        var hash = new UInt128(0x6c62272e07bb0142, 0x62b821756295c58d);
        foreach (var c in text)
            hash = (hash ^ c) * prime;
        return hash;
    }
}
