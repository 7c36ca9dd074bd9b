using System.Net;
using System.Net.Sockets;

namespace Insp1r.AppHost.Running;

/// <summary>Ports of the loopback below the kernel's range for outgoing connections, one of which could take a port while its owner restarts.</summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Last = 32_000;

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

    public static int Next()
    {
        int port;
        do
            port = Random.Shared.Next(First, Last);
        while (!IsFree(port));
        return port;
    }
}
