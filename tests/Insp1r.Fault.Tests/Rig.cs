using System.Globalization;
using Insp1r.Fault.Tests;
using Insp1r.Fault.Tests.Checks;
using Insp1r.Fault.Tests.Load;
using Insp1r.Testing.Stack;

[assembly: AssemblyFixture(typeof(Rig))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Insp1r.Fault.Tests;

/// <summary>
/// Two replicas of each service, a ledger, and a follower of the feed that lives through all the faults of this assembly. The points at which
/// faults strike come from a seed, which is printed: <c>INSP1R_FAULT_SEED=n</c> repeats them.
/// </summary>
public sealed class Rig : IAsyncLifetime
{
    private PlatformStack? _stack;
    private Ledger? _ledger;
    private FeedFollower? _follower;

    public int Seed { get; } = int.TryParse(Environment.GetEnvironmentVariable("INSP1R_FAULT_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : Random.Shared.Next(1_000_000);

    public PlatformStack Stack => _stack!;
    internal Ledger Ledger => _ledger!;
    internal Checker Checker => new(Stack, Ledger, _follower!);

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _ledger = new Ledger(Path.Combine(PlatformStack.Root, "artifacts", "test-logs", "faults", "ledger.ndjson"));
        _stack = await PlatformStack.StartAsync(
            new StackOptions("faults")
            {
                Replicas = 2,
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    // The load is meant to be as fast as the platform is.
                    ["RateLimits__PerSecond"] = "100000",
                    ["RateLimits__Burst"] = "100000",
                },
            },
            ct);
        foreach (var service in (string[])["membership", "advocacy"])
            await PositionWitness.InstallAsync(_stack, service, ct);
        await Network.EnsureAsync(_stack, ct);
        _follower = new FeedFollower(_stack.As("reader"), "membership");
    }

    public async ValueTask DisposeAsync()
    {
        if (_follower is not null)
            await _follower.DisposeAsync();
        if (_stack is not null)
            await _stack.DisposeAsync();
        _ledger?.Dispose();
    }
}
