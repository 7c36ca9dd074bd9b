using System.Diagnostics;
using System.Threading.Channels;
using Insp1r.Contracts;
using Microsoft.Extensions.Logging;

namespace Insp1r.Messaging.Consuming;

/// <summary>
/// Commits whatever arrived during its last commit, at most 200 events together. There is no timer, so nothing waits while little
/// comes, and a bulk sync flows; a message is acknowledged after the commit that holds it.
/// </summary>
internal sealed partial class ReplicaConsumer<TEvent, TReplica> : IAsyncDisposable
    where TEvent : class, IEvent
    where TReplica : IReplica<TEvent>
{
    private const int MaxTogether = 200;

    private readonly Channel<Arrival> _arrivals = Channel.CreateBounded<Arrival>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly string _queue;
    private readonly ServiceDatabase _database;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;

    public ReplicaConsumer(string queue, ServiceDatabase database, ILogger<ReplicaConsumer<TEvent, TReplica>> logger)
    {
        (_queue, _database, _logger) = (queue, database, logger);
        _worker = Task.Run(WorkAsync);
    }

    /// <summary>Returns when the events of the pack are in the replica, with those that could not be applied.</summary>
    public async Task<IReadOnlyList<FailedItem>> ConsumeAsync(EventPack pack, CancellationToken ct)
    {
        var failed = new List<FailedItem>();
        var arrival = new Arrival(Unpacking.Unpack<TEvent>(pack, failed));
        await _arrivals.Writer.WriteAsync(arrival, ct);
        return [.. failed, .. await arrival.Applied.Task.WaitAsync(ct)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        var ct = _stop.Token;
        var together = new List<Arrival>();
        while (await _arrivals.Reader.WaitToReadAsync(ct))
        {
            together.Clear();
            for (var events = 0; events < MaxTogether && _arrivals.Reader.TryRead(out var arrival); events += arrival.Events.Count)
                together.Add(arrival);

            try
            {
                await ApplyAsync([.. together.SelectMany(arrival => arrival.Events)], ct);
                together.ForEach(arrival => arrival.Applied.TrySetResult([]));
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                Log.OneByOne(_logger, _queue, e.Message);
                foreach (var arrival in together)
                    await ApplyOneByOneAsync(arrival, ct);
            }
        }
    }

    // One event that cannot be applied must not take the others with it.
    private async Task ApplyOneByOneAsync(Arrival arrival, CancellationToken ct)
    {
        var failed = new List<FailedItem>();
        foreach (var received in arrival.Events)
        {
            try
            {
                await ApplyAsync([received], ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                failed.Add(new FailedItem(received.Id, new InvalidOperationException($"{_queue} cannot apply event {received.Id}: {e.GetBaseException().Message}", e)));
            }
        }

        arrival.Applied.TrySetResult(failed);
    }

    private async Task ApplyAsync(List<Received<TEvent>> received, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        // Twice the same row in one upsert is an error (21000), and unsorted rows of two replicas deadlock.
        var newest = received.Select(r => r.Event).GroupBy(e => e.SubjectId).Select(subject => subject.MaxBy(e => e.SubjectVersion)!).OrderBy(e => e.SubjectId).ToList();
        var traces = received.Select(r => Unpacking.Trace(r, _queue)).ToList();

        var applied = await Transient.RetryAsync(
            async token =>
            {
                await using var connection = await _database.DataSource.OpenConnectionAsync(token);
                return await TReplica.ApplyAsync(connection, newest, token);
            }, _queue, _logger, ct);

        traces.ForEach(trace => trace?.Dispose());
        var consumer = new KeyValuePair<string, object?>("consumer", _queue);
        MessagingMetrics.ConsumerDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, consumer);
        if (received.Count > applied)
            MessagingMetrics.Stale.Add(received.Count - applied, consumer);
    }

    private sealed record Arrival(List<Received<TEvent>> Events)
    {
        public TaskCompletionSource<IReadOnlyList<FailedItem>> Applied { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(241, LogLevel.Warning, "{Consumer} could not apply a batch ({Reason}); applying its events one by one")]
        public static partial void OneByOne(ILogger logger, string consumer, string reason);
    }
}
