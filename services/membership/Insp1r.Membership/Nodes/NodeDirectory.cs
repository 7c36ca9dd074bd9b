using System.Collections.Concurrent;
using Insp1r.Messaging;

namespace Insp1r.Membership.Nodes;

/// <summary>
/// Knows which nodes exist without asking each time. Only committed nodes are remembered, and none ever goes away, so what it
/// knows stays true; what it does not know it looks up.
/// </summary>
internal sealed class NodeDirectory(ServiceDatabase database)
{
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    public bool Knows(string path) => _known.ContainsKey(path);

    public async ValueTask<bool> ExistsAsync(string path, CancellationToken ct)
    {
        if (!Knows(path))
            await LookUpAsync([path], ct);
        return Knows(path);
    }

    /// <summary>Learns which of these exist, in one statement.</summary>
    public async Task LookUpAsync(IReadOnlyCollection<string> paths, CancellationToken ct)
    {
        await using var command = database.DataSource.CreateCommand("select path from network_node where path = any($1)");
        command.Parameters.Add(new() { Value = paths.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            _known.TryAdd(reader.GetString(0), true);
    }
}
