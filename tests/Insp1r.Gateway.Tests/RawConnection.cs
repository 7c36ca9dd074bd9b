using System.Net.Sockets;
using System.Text;

namespace Insp1r.Gateway.Tests;

/// <summary>A client that writes HTTP by hand, to send what a well-behaved library would not.</summary>
internal sealed class RawConnection(TcpClient tcp) : IAsyncDisposable
{
    private readonly NetworkStream _stream = tcp.GetStream();
    private readonly byte[] _buffer = new byte[64 * 1024];

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        return new RawConnection(tcp);
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    public Task SendChunkAsync(string text) => SendAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n");

    /// <summary>Reads until the text has come, and gives all that came.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            var read = await _stream.ReadAsync(_buffer, deadline.Token);
            Assert.True(read > 0, $"The connection ended before '{end}': {text}");
            text.Append(Encoding.Latin1.GetString(_buffer, 0, read));
        }

        return text.ToString();
    }

    /// <summary>Reads until the other side closes, or says nothing for a second.</summary>
    public async Task<string> ReadToQuietAsync()
    {
        var text = new StringBuilder();
        while (true)
        {
            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            quiet.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                var read = await _stream.ReadAsync(_buffer, quiet.Token);
                if (read == 0)
                    return text.ToString();
                text.Append(Encoding.Latin1.GetString(_buffer, 0, read));
            }
            catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                return text.ToString();
            }
        }
    }

    /// <summary>Reads until the other side closes; fails where it does not in time.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        try
        {
            for (var read = await _stream.ReadAsync(_buffer, deadline.Token); read > 0; read = await _stream.ReadAsync(_buffer, deadline.Token))
                text.Append(Encoding.Latin1.GetString(_buffer, 0, read));
        }
        catch (IOException)
        {
            // A reset ends the connection as well.
        }

        return text.ToString();
    }

    public ValueTask DisposeAsync()
    {
        tcp.Dispose();
        return ValueTask.CompletedTask;
    }
}
