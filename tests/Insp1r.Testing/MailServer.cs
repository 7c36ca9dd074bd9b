using System.Buffers;
using System.Collections.Concurrent;
using Insp1r.Testing.Stack;
using MimeKit;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Insp1r.Testing;

/// <summary>A mail that arrived. <paramref name="To"/> is the envelope's recipient, <paramref name="Body"/> the text as a reader sees it.</summary>
public sealed record ReceivedMail(string To, string Subject, string Body)
{
    /// <summary>The address in the mail that leads to this page.</summary>
    public Uri Link(string page) => new(Body.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Single(word => word.Contains(page, StringComparison.Ordinal)));
}

/// <summary>A private mail server for one test run: it takes every mail that no test has it refuse.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedMail> _received = new();
    private readonly ConcurrentDictionary<string, int> _refused = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _hanging = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.OrdinalIgnoreCase);
    private int _connections;
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    private MailServer()
    {
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>What a service has to be told to send its mails here.</summary>
    public (string Name, string Value)[] Settings =>
        [("Mail:Host", "127.0.0.1"), ("Mail:Port", $"{Port}"), ("Mail:StartTls", "false"), ("Mail:From", "no-reply@example.org")];

    /// <summary>How many connections it has taken.</summary>
    public int Connections => _connections;

    public static async Task<MailServer> StartAsync(CancellationToken ct)
    {
        var server = new MailServer();
        await server.StartAgainAsync(ct);
        return server;
    }

    public Task StartAgainAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var services = new ServiceProvider();
        services.Add((IMailboxFilterFactory)new DelegatingMailboxFilterFactory(_ => new Recipients(this)));
        services.Add((IMessageStoreFactory)new DelegatingMessageStoreFactory(_ => new Inbox(this)));
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").MaxRetryCount(int.MaxValue)
            .Endpoint(endpoint => endpoint.Endpoint(new(global::System.Net.IPAddress.Loopback, Port)).IsSecure(false)).Build();
        var server = new SmtpServer.SmtpServer(options, services);
        server.SessionCreated += (_, _) => Interlocked.Increment(ref _connections);
        _stop = new CancellationTokenSource();
        // It listens when this returns: the first wait of its loop is for a connection.
        _running = server.StartAsync(_stop.Token);
        return Task.CompletedTask;
    }

    /// <summary>As when the server is gone: nothing listens any more.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>From now on it answers with this code to mails for this address.</summary>
    public void Refuse(string address, int code) => _refused[address] = code;

    public void Accept(string address) => _refused.TryRemove(address, out _);

    /// <summary>From now on it does not answer to mails for this address, until what this returns is disposed of.</summary>
    public IDisposable Hang(string address)
    {
        _hanging[address] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Released(() =>
        {
            if (_hanging.TryRemove(address, out var hanging))
                hanging.SetResult();
        });
    }

    /// <summary>Whether somebody wanted to send a mail to this address, taken or not.</summary>
    public bool WasAskedFor(string address) => _asked.ContainsKey(address);

    /// <summary>All mails to this address so far, the oldest first.</summary>
    public IReadOnlyList<ReceivedMail> To(string address) => [.. _received.Where(mail => mail.To.Equals(address, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Waits for the first, or the n-th, mail to this address.</summary>
    public Task<ReceivedMail> WaitForAsync(string address, CancellationToken ct, int number = 1) =>
        Until.NotNullAsync(() => Task.FromResult(To(address).ElementAtOrDefault(number - 1)), $"mail {number} to {address} arrives", ct);

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private sealed class Recipients(MailServer server) : MailboxFilter
    {
        public override async Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken)
        {
            var address = to.AsAddress();
            server._asked[address] = true;
            if (server._hanging.TryGetValue(address, out var hanging))
                await hanging.Task.WaitAsync(cancellationToken);
            return server._refused.TryGetValue(address, out var code)
                ? throw new SmtpResponseException(new SmtpResponse((SmtpReplyCode)code, $"<{address}> is not wanted"))
                : true;
        }
    }

    private sealed class Inbox(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream(buffer.ToArray());
            using var message = await MimeMessage.LoadAsync(bytes, cancellationToken);
            foreach (var to in transaction.To)
                server._received.Enqueue(new ReceivedMail(to.AsAddress(), message.Subject ?? "", message.TextBody ?? ""));
            return SmtpResponse.Ok;
        }
    }

    private sealed class Released(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}
