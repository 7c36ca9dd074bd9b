using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Insp1r.Membership.Mail;

/// <summary>What became of a mail. <paramref name="Reason"/> is for the log and never has an address in it.</summary>
internal sealed record Delivery(DeliveryOutcome Outcome, string Reason = "")
{
    public static readonly Delivery Accepted = new(DeliveryOutcome.Accepted);
}

internal enum DeliveryOutcome
{
    Accepted,

    /// <summary>For good: the server would say the same again.</summary>
    Refused,

    /// <summary>Not this time.</summary>
    Deferred,

    /// <summary>The server cannot be spoken to, or does not let us in: nothing was said of this mail.</summary>
    Unreachable,
}

/// <summary>Connections to the mail server, kept from one mail to the next.</summary>
internal sealed class SmtpConnections(IOptions<MailOptions> options, TimeProvider clock) : IDisposable
{
    private const int ImplicitTlsPort = 465;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Less than any server waits for a client's next word.</summary>
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(20);

    private readonly ConcurrentStack<(SmtpClient Client, long Since)> _idle = new();

    public async Task<Delivery> SendAsync(MimeMessage message, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limit);
        SmtpClient client;
        try
        {
            client = await TakeAsync(limit.Token);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return new Delivery(DeliveryOutcome.Unreachable, ReasonOf(e));
        }

        try
        {
            await client.SendAsync(message, limit.Token);
            return Delivery.Accepted;
        }
        catch (SmtpCommandException e)
        {
            return new Delivery(IsFinal(e) ? DeliveryOutcome.Refused : DeliveryOutcome.Deferred, ReasonOf(e));
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Nobody knows what is still on this connection.
            client.Dispose();
            return new Delivery(DeliveryOutcome.Deferred, ReasonOf(e));
        }
        finally
        {
            GiveBack(client);
        }
    }

    public void CloseIdle()
    {
        foreach (var (client, since) in TakeAllIdle())
        {
            if (clock.GetElapsedTime(since) < MaxIdle)
                _idle.Push((client, since));
            else
                client.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var (client, _) in TakeAllIdle())
            client.Dispose();
    }

    private async Task<SmtpClient> TakeAsync(CancellationToken ct)
    {
        while (_idle.TryPop(out var kept))
        {
            if (clock.GetElapsedTime(kept.Since) < MaxIdle && await AnswersAsync(kept.Client, ct))
                return kept.Client;
            kept.Client.Dispose();
        }

        var settings = options.Value;
        // Where the addresses of revocation lists cannot be reached, each connection would wait for them.
        var client = new SmtpClient { CheckCertificateRevocation = false };
        try
        {
            await client.ConnectAsync(settings.Host!, settings.Port, SecurityOf(settings), ct);
            if (settings.User is not null)
                await client.AuthenticateAsync(settings.User, settings.Password ?? "", ct);
            // An international domain goes by its ASCII name, even where this server takes the other (SMTPUTF8): the next one may not.
            client.Capabilities &= ~SmtpCapabilities.UTF8;
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static SecureSocketOptions SecurityOf(MailOptions settings) => settings switch
    {
        { StartTls: false } => SecureSocketOptions.None,
        { Port: ImplicitTlsPort } => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.StartTls,
    };

    private static async Task<bool> AnswersAsync(SmtpClient client, CancellationToken ct)
    {
        try
        {
            await client.NoOpAsync(ct);
            return true;
        }
        catch (Exception) when (!ct.IsCancellationRequested)
        {
            // The server closed it meanwhile.
            return false;
        }
    }

    private void GiveBack(SmtpClient client)
    {
        if (client.IsConnected)
            _idle.Push((client, clock.GetTimestamp()));
        else
            client.Dispose();
    }

    private IEnumerable<(SmtpClient Client, long Since)> TakeAllIdle()
    {
        var all = new (SmtpClient, long)[_idle.Count];
        var taken = _idle.TryPopRange(all);
        return all.Take(taken);
    }

    // 5yz of the recipient or of the text is the server's last word (RFC 5321, section 4.2.1). Of the sender, or of the order of
    // commands, it says that this installation is configured wrongly.
    private static bool IsFinal(SmtpCommandException refusal) =>
        (int)refusal.StatusCode >= 500 && refusal.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;

    // A server's text may quote the address.
    private static string ReasonOf(Exception e) => e switch
    {
        SmtpCommandException refusal => ((int)refusal.StatusCode).ToString(CultureInfo.InvariantCulture),
        AuthenticationException => "the server did not accept user and password",
        OperationCanceledException or TimeoutException => "the server did not answer in time",
        SocketException socket => socket.SocketErrorCode.ToString(),
        _ => e.GetType().Name,
    };
}
