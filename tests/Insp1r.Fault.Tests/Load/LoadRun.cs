using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Load;

/// <summary>Several writers at once, from start to stop. What breaks a writer breaks the test.</summary>
internal sealed class LoadRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _writers;

    private LoadRun(IEnumerable<IWriter> writers, CancellationToken ct) => _writers = [.. writers.Select(writer => Task.Run(() => WriteAsync(writer, ct), ct))];

    public static LoadRun Start(PlatformStack stack, Ledger ledger, string name, Random random, CancellationToken ct) => new(
        [
            new OrganisationWriter(stack.As("burkina-faso"), Network.BurkinaFaso, ledger, $"{name} BF", new Random(random.Next())),
            new OrganisationWriter(stack.As("mali"), Network.Mali, ledger, $"{name} ML", new Random(random.Next())),
            new SyncWriter(stack.As("nepal"), Network.Nepal, ledger, $"{name} NP", new Random(random.Next())),
            new OutcomeWriter(stack.As("rwanda"), stack.As("nepal"), ledger, $"{name} RW"),
        ],
        ct);

    /// <summary>What broke a writer, as soon as something has.</summary>
    public Exception? Failure => _writers.Find(writer => writer.IsFaulted)?.Exception?.GetBaseException();

    /// <summary>Lets every writer end what it is at.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_writers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WriteAsync(IWriter writer, CancellationToken ct)
    {
        while (!_stop.IsCancellationRequested)
            await writer.StepAsync(ct);
    }
}
