using System.Net;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Insp1r.ServiceDefaults.Access;

/// <summary>
/// Who causes a change, through which app, from where and why: the audit trail keeps it with each change. It flows with the request;
/// what runs without one is the system's own doing.
/// </summary>
/// <param name="Actor">A token's subject (see <see cref="Caller.Id"/>), <c>anonymous</c>, or <c>system</c>.</param>
/// <param name="App">The app that a person used; null where the actor is a client itself.</param>
/// <param name="Way">How it came: <c>api</c>, <c>sync</c> and the batch's id, <c>event</c> and its id, or <c>job</c>.</param>
/// <param name="Address">The network address that the request came from; null without a request.</param>
/// <param name="Reason">What the request's Change-Reason says, at most 500 characters.</param>
public sealed record Cause(string Actor, string? App, string Way, string? Address, string? Reason)
{
    public const string ReasonHeader = "Change-Reason";
    public const int MaxReason = 500;

    /// <summary>The actor of a request without a token.</summary>
    public const string Anonymous = "anonymous";

    private static readonly Cause System = new("system", null, "job", null, null);
    private static readonly AsyncLocal<Cause?> Flowing = new();

    /// <summary>How and from where, such as <c>api 203.0.113.7</c>.</summary>
    public string Origin => Address is null ? Way : $"{Way} {Address}";

    /// <summary>The cause of what is done now.</summary>
    public static Cause Current => Flowing.Value ?? System;

    /// <summary>Everything that the calling asynchronous method does from here on is caused by this.</summary>
    public static void Set(Cause cause) => Flowing.Value = cause;

    /// <summary>Work of the platform itself, such as <c>event</c> and its id.</summary>
    public static Cause OfSystem(string way) => System with { Way = way };
}

/// <summary>
/// Notes the cause of a request. What X-Forwarded-For says is believed only from the gateway: it comes from
/// this machine, or from one of the networks that <c>TrustedProxies</c> lists.
/// </summary>
internal sealed class CauseMiddleware(RequestDelegate next, IConfiguration configuration)
{
    private readonly IPNetwork[] _proxies = [.. (configuration.GetSection("TrustedProxies").Get<string[]>() ?? []).Select(IPNetwork.Parse)];

    public Task InvokeAsync(HttpContext context)
    {
        if (!TryReadReason(context.Request, out var reason))
        {
            return CauseErrors.BadReason
                .ToProblem($"{Cause.ReasonHeader} is one text of at most {Cause.MaxReason} characters without line breaks; percent-encode what is not ASCII.")
                .ExecuteAsync(context);
        }

        var caller = Caller.Of(context.User);
        Cause.Set(new Cause(caller.Id.Length > 0 ? caller.Id : Cause.Anonymous, caller.App != caller.Id ? caller.App : null, "api", AddressOf(context, isClient: caller.Id.Length > 0 && caller.App == caller.Id), reason));
        return next(context);
    }

    private static bool TryReadReason(HttpRequest request, out string? reason)
    {
        var header = request.Headers[Cause.ReasonHeader];
        reason = header.Count == 0 ? null : Uri.UnescapeDataString(header.ToString()).Trim();
        if (reason is "")
            reason = null;
        return header.Count <= 1 && (header.Count == 0 || header.ToString().All(char.IsAscii))
            && reason is not { Length: > Cause.MaxReason } && reason?.Any(char.IsControl) != true;
    }

    // A system's address helps to find it. A person's tells where somebody is who may be in danger: their network is enough.
    private string AddressOf(HttpContext context, bool isClient)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        // Each proxy adds who called it at the end: the last is the gateway's own word.
        if (address is not null && (IPAddress.IsLoopback(address) || Array.Exists(_proxies, proxy => proxy.Contains(address)))
            && context.Request.Headers["X-Forwarded-For"].ToString() is { Length: > 0 } forwarded
            && IPAddress.TryParse(forwarded.AsSpan(forwarded.LastIndexOf(',') + 1).Trim(), out var client))
            address = client;
        return address is null ? "local" : isClient ? address.ToString() : NetworkOf(address);
    }

    private static string NetworkOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var kept = bytes.Length == 4 ? 3 : 6;
        Array.Clear(bytes, kept, bytes.Length - kept);
        return $"{new IPAddress(bytes)}/{kept * 8}";
    }
}

public static class CauseErrors
{
    public static readonly Error BadReason = new(400, "bad-change-reason", "The Change-Reason is not valid");
}
