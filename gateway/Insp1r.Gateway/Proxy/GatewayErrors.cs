using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Gateway.Proxy;

/// <summary>Failures that the gateway itself answers with, beside those that every service has.</summary>
internal static class GatewayErrors
{
    public static readonly Error TooSlow = new(408, "too-slow", "The request arrived too slowly");
    public static readonly Error TooLarge = new(413, "too-large", "The request is too large");
    public static readonly Error RateLimited = new(429, "rate-limited", "Too many requests");
    public static readonly Error TooManyAtOnce = new(429, "too-many-at-once", "Too many requests at once");
    public static readonly Error BadAnswer = new(502, "bad-answer", "The service's answer cannot be passed on");
    public static readonly Error Timeout = new(504, "timeout", "The service took too long");
}
