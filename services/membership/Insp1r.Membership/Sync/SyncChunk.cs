using System.Runtime.InteropServices;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Sync;

/// <summary>What became of one item.</summary>
internal enum SyncResult
{
    Created,
    Updated,
    Unchanged,
    Conflict,
    Rejected,
}

/// <summary>One item of a batch: what came, and what became of it.</summary>
internal sealed class SyncLine(int number)
{
    /// <summary>Its line in the body, from 1; blank lines count.</summary>
    public int Number { get; } = number;
    public string? ExternalId { get; set; }

    /// <summary>Null once it is rejected.</summary>
    public SyncItem? Item { get; set; }
    public FieldErrors Errors { get; } = new();

    public SyncResult Result { get; private set; }
    public Guid Id { get; private set; }

    /// <summary>The record's version now; 0 where there is none to tell of.</summary>
    public int Version { get; private set; }

    public void Becomes(SyncResult result, Guid id, int version) => (Result, Id, Version) = (result, id, version);

    public void Reject(string pointer, string code, string detail)
    {
        Errors.Add(pointer, code, detail);
        Reject();
    }

    public void Reject() => (Item, Result, Id, Version) = (null, SyncResult.Rejected, Guid.Empty, 0);
}

/// <summary>
/// The unit of work: 500 items (the last chunk of a body may have fewer), merged by one statement in one transaction. The
/// boundaries depend on the body alone, so the same body sent again has the same chunks.
/// </summary>
internal sealed class SyncChunk(int number)
{
    public const int Size = 500;

    public int Number { get; } = number;
    public List<SyncLine> Lines { get; } = new(Size);

    /// <summary>SHA-256 of its lines; empty where no Idempotency-Key asks for it.</summary>
    public byte[] Hash { get; set; } = [];

    /// <summary>False also where a full chunk happens to be the last.</summary>
    public bool IsKnownLast { get; set; }

    public bool IsFull => Lines.Count == Size;
}

/// <summary>How many items had which result.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SyncCounts(int Created, int Updated, int Unchanged, int Conflict, int Rejected)
{
    public int Items => Created + Updated + Unchanged + Conflict + Rejected;

    public static SyncCounts Of(IEnumerable<SyncLine> lines)
    {
        Span<int> counts = stackalloc int[5];
        foreach (var line in lines)
            counts[(int)line.Result]++;
        return new SyncCounts(counts[0], counts[1], counts[2], counts[3], counts[4]);
    }

    public static SyncCounts operator +(SyncCounts a, SyncCounts b) => new(
        a.Created + b.Created, a.Updated + b.Updated, a.Unchanged + b.Unchanged, a.Conflict + b.Conflict, a.Rejected + b.Rejected);
}
