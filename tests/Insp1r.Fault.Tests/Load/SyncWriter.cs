using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Load;

/// <summary>Pushes batches of organisations by their external ids: some new, some changed, the rest as they were.</summary>
internal sealed class SyncWriter(Api api, Network.National network, Ledger ledger, string name, Random random) : IWriter
{
    private const int NewItems = 15;
    private const int MostItems = 300;
    private readonly string _namespace = $"run-{Guid.NewGuid():N}"[..20];
    private readonly List<(string Name, int Version)> _known = [];

    public async Task StepAsync(CancellationToken ct)
    {
        var changed = Enumerable.Range(0, _known.Count).Where(_ => random.Next(8) == 0).ToHashSet();
        var wanted = _known.Select((item, index) => changed.Contains(index) ? $"{name} {index} after {item.Version}" : item.Name).ToList();
        if (wanted.Count < MostItems)
            wanted.AddRange(Enumerable.Range(wanted.Count, NewItems).Select(index => $"{name} {index}"));
        var items = wanted.Select((called, index) => new
        {
            type = "organisation",
            externalId = $"{_namespace}:{index}",
            node = network.Node,
            name = called,
            country = network.Country,
            types = (string[])["ngo"],
        }).ToList();

        var key = Network.Key($"{Guid.NewGuid():N}");
        var answer = await Persistence.UntilAnsweredAsync(attempt => PushAsync(items, key, attempt), ct);
        answer.Expect(200);

        foreach (var line in answer.Lines.SkipLast(1))
        {
            var index = (int)line["line"]! - 1;
            var (result, version) = ((string)line["result"]!, (int)line["version"]!);
            var expected = index >= _known.Count ? ("created", 1) : changed.Contains(index) ? ("updated", _known[index].Version + 1) : ("unchanged", _known[index].Version);
            if ((result, version) != expected)
                throw new InvalidOperationException($"Item {index} should be {expected}: {line.ToJsonString()}");
            if (result != "unchanged")
                ledger.Add(new Entry("organisation", Guid.Parse((string)line["id"]!), version, $"{wanted[index]}|active"));
        }

        for (var index = 0; index < wanted.Count; index++)
        {
            if (index >= _known.Count)
                _known.Add((wanted[index], 1));
            else if (changed.Contains(index))
                _known[index] = (wanted[index], _known[index].Version + 1);
        }
    }

    // The status comes before the results do: only the summary at their end says that all is done.
    private async Task<Answer> PushAsync(IEnumerable<object> items, (string, string) key, CancellationToken ct)
    {
        var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/sync/batches?mode=commit", Api.Ndjson(items), ct, key);
        if (answer.Status == 200 && (bool?)answer.Lines.LastOrDefault()?["summary"]?["committed"] != true)
            throw new IOException($"The results broke off: {answer}");
        return answer;
    }
}
