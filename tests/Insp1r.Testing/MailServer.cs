using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Insp1r.Testing.Stack;

namespace Insp1r.Testing;

/// <summary>A mail that arrived. <paramref name="Body"/> is its text as a reader sees it.</summary>
public sealed record ReceivedMail(string To, string Subject, string Body)
{
    /// <summary>The address in the mail that leads to this page.</summary>
    public Uri Link(string page) => new(Body.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Single(word => word.Contains(page, StringComparison.Ordinal)));
}

/// <summary>A private mail server (aiosmtpd) for one test run: it takes every mail and puts it into a folder.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("insp1r-mail-").FullName;
    private readonly int _port = FreePort.Next();
    private readonly EventHandler _stopOnExit;
    private Process? _process;

    private MailServer()
    {
        _stopOnExit = (_, _) => Kill();
        AppDomain.CurrentDomain.ProcessExit += _stopOnExit;
    }

    /// <summary>What a service has to be told to send its mails here.</summary>
    public (string Name, string Value)[] Settings => [("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{_port}"), ("Mail:StartTls", "false"), ("Mail:From", "no-reply@example.org")];

    public static async Task<MailServer> StartAsync(CancellationToken ct)
    {
        var server = new MailServer();
        await server.StartAgainAsync(ct);
        return server;
    }

    public async Task StartAgainAsync(CancellationToken ct)
    {
        _process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", ["-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{_port}", "-c", "aiosmtpd.handlers.Mailbox", Path.Combine(_folder, "box")])
        { UseShellExecute = false })!;
        await Until.TrueAsync(
            async () =>
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", _port, ct);
                return true;
            },
            "the mail server answers", ct);
    }

    /// <summary>As when the server is gone: nothing listens any more.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        Kill();
        await _process!.WaitForExitAsync(ct);
        _process.Dispose();
    }

    /// <summary>All mails to this address so far, the oldest first.</summary>
    public IReadOnlyList<ReceivedMail> To(string address)
    {
        var folder = new DirectoryInfo(Path.Combine(_folder, "box", "new"));
        return !folder.Exists ? [] : [.. folder.EnumerateFiles().OrderBy(file => file.LastWriteTimeUtc).ThenBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => Read(File.ReadAllText(file.FullName))).Where(mail => mail.To.Equals(address, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>Waits for the first, or the n-th, mail to this address.</summary>
    public Task<ReceivedMail> WaitForAsync(string address, CancellationToken ct, int number = 1) =>
        Until.NotNullAsync(() => Task.FromResult(To(address).ElementAtOrDefault(number - 1)), $"mail {number} to {address} arrives", ct);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _stopOnExit;
        Kill();
        if (_process is not null)
        {
            await _process.WaitForExitAsync(CancellationToken.None);
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private void Kill()
    {
        if (_process is { HasExited: false })
            _process.Kill();
    }

    private static ReceivedMail Read(string text)
    {
        var parts = text.ReplaceLineEndings("\n").Split("\n\n", 2);
        var headers = parts[0].Replace("\n ", " ", StringComparison.Ordinal).Split('\n').Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = headers["Content-Transfer-Encoding"].Contains("quoted-printable", StringComparer.OrdinalIgnoreCase) ? FromQuotedPrintable(parts[1]) : parts[1];
        return new ReceivedMail(headers["To"].Single(), headers["Subject"].Single(), body);
    }

    private static string FromQuotedPrintable(string text)
    {
        var bytes = new List<byte>();
        text = text.Replace("=\n", "", StringComparison.Ordinal);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
