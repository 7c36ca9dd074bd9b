using System.ComponentModel.DataAnnotations;

namespace Insp1r.Gateway.Limits;

/// <summary>
/// How much one client may ask. The defaults leave a national office far from any limit in daily work, and let a hundred of them
/// work beside one that runs wild. Set by <c>RateLimits__PerSecond</c> and so on.
/// </summary>
internal sealed record RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Requests a second that a client with a token can go on sending for ever.</summary>
    [Range(1, 1_000_000)]
    public int PerSecond { get; init; } = 200;

    /// <summary>Requests that it can send at once after a pause.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; init; } = 1_000;

    /// <summary>The same for one network address without a valid token. An IPv6 address counts as its /64.</summary>
    [Range(1, 1_000_000)]
    public int AnonymousPerSecond { get; init; } = 20;

    [Range(1, 10_000_000)]
    public int AnonymousBurst { get; init; } = 100;

    /// <summary>Token requests and forms of the sign-in pages, of one network address: each costs the issuer a hash, and each may be a guess.</summary>
    [Range(1, 1_000_000)]
    public int TokensPerSecond { get; init; } = 5;

    [Range(1, 10_000_000)]
    public int TokensBurst { get; init; } = 60;

    /// <summary>Requests of one client (or address) that may be under way at the same time, waiting change feeds included.</summary>
    [Range(1, 100_000)]
    public int AtOnce { get; init; } = 100;

    /// <summary>Sync batches, and files that are sent, of one client under way at the same time.</summary>
    [Range(1, 1_000)]
    public int SyncsAtOnce { get; init; } = 2;
}
