using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Insp1r.Gateway.Limits;

/// <summary>The budgets of all clients, by client id, and by network address for those without a token.</summary>
internal sealed class Budgets : IDisposable
{
    private readonly ConcurrentDictionary<string, Budget> _clients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(UInt128 Address, bool Token), Budget> _addresses = new();
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;

    public Budgets(IOptions<RateLimitOptions> options, TimeProvider clock)
    {
        Options = options.Value;
        Client = new Rate("client", Options.PerSecond, Options.Burst, clock);
        Anonymous = new Rate("anonymous", Options.AnonymousPerSecond, Options.AnonymousBurst, clock);
        Token = new Rate("token", Options.TokensPerSecond, Options.TokensBurst, clock);
        _clock = clock;
        _sweep = clock.CreateTimer(_ => ForgetIdle(), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    public RateLimitOptions Options { get; }
    public Rate Client { get; }
    public Rate Anonymous { get; }
    public Rate Token { get; }

    public Budget OfClient(string clientId) => _clients.GetOrAdd(clientId, static _ => new Budget());

    public Budget OfAddress(IPAddress? address, bool token) => _addresses.GetOrAdd((Network(address), token), static _ => new Budget());

    public void Dispose() => _sweep.Dispose();

    // A household or a machine has a whole /64 of IPv6 addresses to send from.
    private static UInt128 Network(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var length))
            return 0;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv4MappedToIPv6 ? ReadIPv4(bytes[12..]) : System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes) >> 64 << 64;
        return ReadIPv4(bytes[..length]);
    }

    private static UInt128 ReadIPv4(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);

    // A budget that a request took hold of just before it was forgotten counts once less: not worth a lock.
    private void ForgetIdle()
    {
        var now = _clock.GetTimestamp();
        foreach (var client in _clients)
        {
            if (client.Value.IsIdle(now))
                _clients.TryRemove(client);
        }

        foreach (var address in _addresses)
        {
            if (address.Value.IsIdle(now))
                _addresses.TryRemove(address);
        }
    }
}
