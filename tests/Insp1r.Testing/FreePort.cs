using System.Net;
using System.Net.Sockets;

namespace Insp1r.Testing;

public static class FreePort
{
    /// <summary>A port of loopback that nobody listens on, below the kernel's range for outgoing connections, which could take it.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(28_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
