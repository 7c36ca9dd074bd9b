namespace Insp1r.Benchmarks.Harness;

/// <summary>Settings of the gateway: every request is counted as always, and no bench reaches the limits.</summary>
internal static class RateLimits
{
    public static readonly IReadOnlyDictionary<string, string> Wide = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["RateLimits__PerSecond"] = "1000000",
        ["RateLimits__Burst"] = "10000000",
        ["RateLimits__AtOnce"] = "100000",
        ["RateLimits__TokensPerSecond"] = "1000",
        ["RateLimits__TokensBurst"] = "1000",
    };
}
