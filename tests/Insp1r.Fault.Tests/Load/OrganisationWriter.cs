using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Load;

/// <summary>Registers, changes, suspends and reinstates organisations of one national network, one after the other.</summary>
internal sealed class OrganisationWriter(Api api, Network.National network, Ledger ledger, string name, Random random) : IWriter
{
    private const string Path = "/api/v1/organisations";
    private readonly List<(Guid Id, int Version, string Name, bool Active)> _own = [];
    private int _count;

    public async Task StepAsync(CancellationToken ct)
    {
        if (_own.Count < 3 || random.Next(3) == 0)
        {
            await RegisterAsync(ct);
            return;
        }

        var chosen = random.Next(_own.Count);
        _own[chosen] = random.Next(3) > 0 ? await ChangeAsync(_own[chosen], ct) : await DecideAsync(_own[chosen], ct);
    }

    private async Task RegisterAsync(CancellationToken ct)
    {
        var fresh = $"{name} {_count++}";
        var answer = await KeyedAsync(Path, fresh, Network.Organisation(network, fresh), ct);
        answer.Expect(201);
        ledger.Add(new Entry("organisation", answer.Id, answer.Version, $"{fresh}|active"));
        _own.Add((answer.Id, answer.Version, fresh, Active: true));
    }

    private async Task<(Guid, int, string, bool)> ChangeAsync((Guid Id, int Version, string Name, bool Active) was, CancellationToken ct)
    {
        var renamed = $"{name} {_count++}";
        var answer = await Persistence.UntilAnsweredAsync(attempt => api.PatchAsync($"{Path}/{was.Id}", new { name = renamed }, attempt, Network.IfMatch(was.Version)), ct);
        // The version is stale where an attempt that got no answer was carried out: then the record says so itself.
        if (answer.Status == 412)
            answer = await Persistence.UntilAnsweredAsync(attempt => api.GetAsync($"{Path}/{was.Id}", attempt), ct);
        answer.Expect(200);
        if (answer.Version != was.Version + 1 || (string?)answer.Json["name"] != renamed)
            throw new InvalidOperationException($"One change of version {was.Version} to '{renamed}' led to: {answer}");

        ledger.Add(new Entry("organisation", was.Id, answer.Version, $"{renamed}|{(was.Active ? "active" : "suspended")}"));
        return (was.Id, answer.Version, renamed, was.Active);
    }

    private async Task<(Guid, int, string, bool)> DecideAsync((Guid Id, int Version, string Name, bool Active) was, CancellationToken ct)
    {
        var decision = Network.Decision("Fees", was.Active ? "suspended" : "active");
        (await KeyedAsync($"{Path}/{was.Id}/affiliations/{network.Node}/moves", $"{was.Id} {was.Version}", decision, ct)).Expect(200);
        var answer = await Persistence.UntilAnsweredAsync(attempt => api.GetAsync($"{Path}/{was.Id}", attempt), ct);
        answer.Expect(200);
        ledger.Add(new Entry("organisation", was.Id, answer.Version, $"{was.Name}|{(was.Active ? "suspended" : "active")}"));
        return (was.Id, answer.Version, was.Name, !was.Active);
    }

    // Now and then the same request comes once more although it was answered: the answer must be the same, and the effect one.
    private async Task<Answer> KeyedAsync(string path, string key, object body, CancellationToken ct)
    {
        var header = Network.Key(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{path} {key}"))));
        var answer = await Persistence.UntilAnsweredAsync(attempt => api.PostAsync(path, body, attempt, header), ct);
        if (random.Next(4) == 0)
        {
            var again = await Persistence.UntilAnsweredAsync(attempt => api.PostAsync(path, body, attempt, header), ct);
            if (again.Status != answer.Status || !again.Body.AsSpan().SequenceEqual(answer.Body))
                throw new InvalidOperationException($"The same key got two answers: {answer} and {again}");
        }

        return answer;
    }
}

/// <summary>One client of the load.</summary>
internal interface IWriter
{
    /// <summary>Does one thing and writes down what was answered. It fails only where the platform breaks its word.</summary>
    Task StepAsync(CancellationToken ct);
}
