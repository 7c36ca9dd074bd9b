using System.Collections.Concurrent;
using System.Text.Json;

namespace Insp1r.Fault.Tests.Load;

/// <summary>
/// One write that the platform answered 2xx. <paramref name="Kind"/> is organisation or outcome; <paramref name="State"/> is what the
/// answer said: an organisation's name and status, an outcome's status.
/// </summary>
internal sealed record Entry(string Kind, Guid Id, int Version, string State);

/// <summary>
/// Everything that was answered 2xx, written down at once: it is what the checker holds the platform to. The file stays beside the logs.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly StreamWriter _file;
    private readonly Lock _lock = new();

    public Ledger(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new StreamWriter(path, append: false) { AutoFlush = true };
    }

    public int Count => _entries.Count;
    public IReadOnlyCollection<Entry> Entries => _entries;

    public void Add(Entry entry)
    {
        lock (_lock)
            _file.WriteLine(JsonSerializer.Serialize(entry, JsonSerializerOptions.Web));
        _entries.Enqueue(entry);
    }

    public void Dispose() => _file.Dispose();
}
