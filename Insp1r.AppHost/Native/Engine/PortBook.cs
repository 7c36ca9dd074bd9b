using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Insp1r.Platform;

namespace Insp1r.NativeHosting;

/// <summary>
/// Gives every endpoint a loopback port that stays the same from start to start where it is still free. The ports lie below the
/// kernel's range for outgoing connections: one of those could otherwise take a service's port while the service restarts.
/// </summary>
internal sealed class PortBook
{
    private const int First = 20_000;
    private const int Last = 32_000;

    private readonly string _file;
    private readonly Dictionary<string, int> _ports;
    private readonly HashSet<int> _given = [];

    public PortBook(StateFolder state)
    {
        _file = state.PortsFile;
        _ports = Read(_file);
    }

    public int Get(string endpoint)
    {
        if (!_ports.TryGetValue(endpoint, out var port) || _given.Contains(port) || !IsFree(port))
        {
            do
                port = Random.Shared.Next(First, Last);
            while (_given.Contains(port) || _ports.ContainsValue(port) || !IsFree(port));
            _ports[endpoint] = port;
        }

        _given.Add(port);
        return port;
    }

    public void Save() => File.WriteAllText(_file, JsonSerializer.Serialize(_ports));

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Dictionary<string, int> Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(file)) ?? [];
        }
        catch (Exception e) when (e is FileNotFoundException or JsonException)
        {
            return [];
        }
    }
}
