using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Retention;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Mail;

/// <summary>
/// Sends what waits, oldest first. A mail is gone from the queue once the server took it, so it is sent at least once, and twice only
/// where this process dies in between. What a server refuses is tried again with growing pauses, for as long
/// as mails are kept.
/// </summary>
internal sealed partial class MailSender(
    IServiceScopeFactory scopes, MailSignal signal, MailFolder folder, IOptions<MailOptions> options, RetentionRules retention, TimeProvider clock, ILogger<MailSender> logger) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value is { Host: null, Folder: null })
        {
            Log.NoServer(logger);
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SendOneAsync(stoppingToken))
                {
                }

                folder.ForgetBefore(retention.CutOff(MembershipRetention.OutgoingMails));
                await signal.WaitAsync(Poll, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, e.GetType().Name);
                await Task.Delay(Poll, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The service stops.
            }
        }
    }

    private async Task<bool> SendOneAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
        // Taken on loan: who dies with a mail in hand leaves it to the next try. (A transaction around the sending would hold the
        // readers of the log back.)
        var now = clock.GetUtcNow();
        var claimed = await db.OutgoingMails.FromSql($"""
            update outgoing_mail set attempts = attempts + 1,
              next_try_at = {now} + least(interval '1 hour', interval '1 minute' * power(2, least(attempts, 10)))
            where id = (select id from outgoing_mail where next_try_at <= {now} order by next_try_at limit 1 for update skip locked)
            returning *
            """).AsNoTracking().ToListAsync(ct);
        if (claimed is not [var mail])
            return false;

        var failure = await TrySendAsync(mail, ct);
        if (failure is not null && mail.CreatedAt > retention.CutOff(MembershipRetention.OutgoingMails))
        {
            Log.NotSent(logger, mail.Id, failure);
            return true;
        }

        if (failure is not null)
            Log.GaveUp(logger, mail.Id, failure);
        await db.OutgoingMails.Where(m => m.Id == mail.Id).ExecuteDeleteAsync(ct);
        return true;
    }

    /// <summary>Null, or why not: never the address.</summary>
    private async Task<string?> TrySendAsync(OutgoingMail mail, CancellationToken ct)
    {
        var settings = options.Value;
        using var message = new MailMessage(settings.From, mail.To, mail.Subject, mail.Body) { BodyEncoding = Encoding.UTF8, SubjectEncoding = Encoding.UTF8, BodyTransferEncoding = TransferEncoding.QuotedPrintable };
        message.Headers["Message-ID"] = $"<{mail.Id:N}@{message.From!.Host}>";
        message.Headers["Auto-Submitted"] = "auto-generated";
        using var client = new SmtpClient();
        if (settings.Host is not null)
        {
            (client.Host, client.Port, client.EnableSsl) = (settings.Host, settings.Port, settings.StartTls);
            if (settings.User is not null)
                client.Credentials = new NetworkCredential(settings.User, settings.Password);
        }
        else
        {
            client.DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory;
            client.PickupDirectoryLocation = folder.OfAccount(mail.AccountId);
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(SendTimeout);
        try
        {
            await client.SendMailAsync(message, timeout.Token);
            return null;
        }
        catch (SmtpException e)
        {
            // Its message may quote the address.
            return e.StatusCode.ToString();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return "the server did not answer in time";
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "No mail server is configured (Mail:Host): invitations and other mails wait in the database")]
        public static partial void NoServer(ILogger logger);

        [LoggerMessage(1202, LogLevel.Warning, "Mail {Id} was not sent ({Reason}); it is tried again")]
        public static partial void NotSent(ILogger logger, Guid id, string reason);

        [LoggerMessage(1203, LogLevel.Error, "Mail {Id} could not be sent in its time ({Reason}) and was dropped")]
        public static partial void GaveUp(ILogger logger, Guid id, string reason);

        [LoggerMessage(1204, LogLevel.Warning, "Mails could not be sent ({Reason}); trying again")]
        public static partial void Failed(ILogger logger, string reason);
    }
}

/// <summary>Wakes the sender when a mail was written.</summary>
internal sealed class MailSignal : IDisposable
{
    private readonly SemaphoreSlim _written = new(0, 1);

    public void Set()
    {
        try
        {
            _written.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _written.WaitAsync(atMost, ct);

    public void Dispose() => _written.Dispose();
}
