using System.Collections.Concurrent;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Checks;

/// <summary>
/// Follows a service's change feed from its beginning, through all faults, as a national network's system would: it keeps its cursor,
/// and comes back with it whatever happened on the way.
/// </summary>
internal sealed class FeedFollower : IAsyncDisposable
{
    private readonly Api _api;
    private readonly string _service;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(Guid Subject, int Version)> _seen = new();
    private readonly Task _following;
    private string? _cursor;

    public FeedFollower(Api api, string service)
    {
        (_api, _service) = (api, service);
        _following = Task.Run(() => FollowAsync(_stop.Token));
    }

    public IReadOnlyCollection<(Guid Subject, int Version)> Seen => _seen;

    /// <summary>What ended it, should anything have: a refused cursor is final, an outage is not.</summary>
    public Exception? Failure => _following.Exception?.GetBaseException();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Answer answer;
            try
            {
                answer = await _api.GetAsync($"/api/v1/changes/{_service}?limit=200&wait=5{(_cursor is null ? "" : $"&after={_cursor}")}", ct);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
                continue;
            }

            if (answer.Status is >= 500 or 429)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
                continue;
            }

            var page = answer.Expect(200).Json;
            foreach (var item in page["items"]!.AsArray().Select(item => item!))
                _seen.Enqueue((Guid.Parse((string)item["subjectId"]!), (int)item["version"]!));
            _cursor = (string)page["next"]!;
        }
    }
}
