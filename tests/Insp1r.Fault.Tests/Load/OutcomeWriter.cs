using System.Diagnostics;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Load;

/// <summary>
/// Leads outcomes through their life: one network registers an organisation, records an outcome of it and submits that; another network
/// substantiates it, which must become one announcement for each node concerned.
/// </summary>
internal sealed class OutcomeWriter(Api rwanda, Api nepal, Ledger ledger, string name) : IWriter
{
    /// <summary>Who is told of an outcome of Rwanda's that Nepal substantiated.</summary>
    public static readonly string[] NodesConcerned = ["insp1r", "insp1r.africa", "insp1r.africa.rw", "insp1r.asia.np"];

    private readonly string _run = Guid.NewGuid().ToString("N");
    private Guid? _organisation;
    private int _count;

    public async Task StepAsync(CancellationToken ct)
    {
        var number = _count++;
        _organisation ??= await RegisterAsync(ct);

        // The organisation is on its way to advocacy: until it is there, the platform says 422 and to come back.
        Answer recorded;
        var start = Stopwatch.GetTimestamp();
        do
            recorded = await SendAsync(rwanda, "/api/v1/outcomes", $"record-{number}", Network.Outcome(Network.Rwanda, $"{name} {number}", _organisation.Value), ct);
        while (recorded.Status == 422 && recorded.Headers.ContainsKey("Retry-After") && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60));
        recorded.Expect(201);
        ledger.Add(new Entry("outcome", recorded.Id, recorded.Version, "draft"));

        var submitted = await SendAsync(rwanda, $"/api/v1/outcomes/{recorded.Id}/submission", $"submit-{number}", null, ct);
        submitted.Expect(200);
        ledger.Add(new Entry("outcome", recorded.Id, submitted.Version, "submitted"));

        var confirmed = await SendAsync(nepal, $"/api/v1/outcomes/{recorded.Id}/substantiations", $"substantiate-{number}", Network.Agreement(Network.Nepal), ct);
        confirmed.Expect(201);
        ledger.Add(new Entry("outcome", recorded.Id, submitted.Version + 1, "substantiated"));
    }

    private async Task<Guid> RegisterAsync(CancellationToken ct)
    {
        var answer = await SendAsync(rwanda, "/api/v1/organisations", "register", Network.Organisation(Network.Rwanda, $"{name} contributor"), ct);
        answer.Expect(201);
        ledger.Add(new Entry("organisation", answer.Id, answer.Version, $"{name} contributor|active"));
        return answer.Id;
    }

    private Task<Answer> SendAsync(Api api, string path, string key, object? body, CancellationToken ct) =>
        Persistence.UntilAnsweredAsync(attempt => api.PostAsync(path, body ?? new StringContent(""), attempt, Network.Key($"{_run}-{key}")), ct);
}
