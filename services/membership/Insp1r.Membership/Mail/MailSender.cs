using System.Diagnostics.Metrics;
using Insp1r.Membership.Accounts;
using Insp1r.Membership.Data;
using Insp1r.Messaging.Retention;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using MimeKit;
using MimeKit.Text;

namespace Insp1r.Membership.Mail;

/// <summary>
/// Sends what waits, oldest first, in one lane for each network: all lanes take turns at the few connections, so that no network waits
/// for another's thousand mails, and mails on which the server hangs hold up their own network alone. A mail is gone from the queue
/// once the server took it, so it is sent at least once, and twice only where this process dies in between. What the server refuses
/// for good is not sent again, and its account says so. Any other failure is tried again with growing pauses of that mail's own, for
/// as long as mails are kept.
/// </summary>
internal sealed partial class MailSender(
    IServiceScopeFactory scopes,
    MailSignal signal,
    MailFolder folder,
    SmtpConnections server,
    IOptions<MailOptions> options,
    RetentionRules retention,
    TimeProvider clock,
    ILogger<MailSender> logger) : BackgroundService
{
    private const int AtOnce = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(30);
    private static readonly Counter<long> Sent = new Meter(TelemetryExtensions.Own)
        .CreateCounter<long>("mail.sent", "{mail}", "Mails that were tried, by outcome");

    private readonly SemaphoreSlim _turns = new(AtOnce);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value is { Host: null, Folder: null })
        {
            Log.NoServer(logger);
            return;
        }

        var lanes = new Dictionary<string, Task>(StringComparer.Ordinal);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var node in await NetworksWithMailAsync(stoppingToken))
                {
                    if (!lanes.TryGetValue(node, out var lane) || lane.IsCompleted)
                        lanes[node] = SendAllOfAsync(node, stoppingToken);
                }

                folder.ForgetBefore(retention.CutOff(MembershipRetention.OutgoingMails));
                server.CloseIdle();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, e.GetType().Name);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await signal.WaitAsync(Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(lanes.Values);
    }

    private async Task<List<string>> NetworksWithMailAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
        var now = clock.GetUtcNow();
        return await db.OutgoingMails.Where(m => m.NextTryAt <= now).Select(m => m.Node).Distinct().ToListAsync(ct);
    }

    private async Task SendAllOfAsync(string node, CancellationToken ct)
    {
        try
        {
            while (await SendNextOfAsync(node, ct) is { } outcome)
            {
                // The next poll tries again, or the next mail that somebody writes.
                if (outcome == DeliveryOutcome.Unreachable)
                    return;
            }

            // One that was written while this lane ended is seen by another look.
            signal.Set();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            Log.Failed(logger, e.GetType().Name);
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
    }

    /// <summary>Null where none of this network waits.</summary>
    private async Task<DeliveryOutcome?> SendNextOfAsync(string node, CancellationToken ct)
    {
        // Who waits longest is next.
        await _turns.WaitAsync(ct);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<MembershipDb>();
            // Taken on loan: who dies with a mail in hand leaves it to the next try. (A transaction around the sending would hold the
            // readers of the log back.)
            var now = clock.GetUtcNow();
            var claimed = await db.OutgoingMails.FromSql($"""
                update outgoing_mail set attempts = attempts + 1,
                  next_try_at = {now} + least(interval '1 hour', interval '1 minute' * power(2, least(attempts, 10)))
                where id = (
                  select id from outgoing_mail where node = {node} and next_try_at <= {now}
                  order by next_try_at limit 1 for update skip locked)
                returning *
                """).AsNoTracking().ToListAsync(ct);
            if (claimed is not [var mail])
                return null;

            var delivery = await SendAsync(mail, ct);
            Sent.Add(1, new KeyValuePair<string, object?>("outcome", Words.Of(delivery.Outcome)));
            await SettleAsync(mail, delivery, db, ct);
            return delivery.Outcome;
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<Delivery> SendAsync(OutgoingMail mail, CancellationToken ct)
    {
        // One of before addresses were parsed at the door.
        if (!EmailAddress.TryParse(mail.To, out var to))
            return new Delivery(DeliveryOutcome.Refused, "not an address");

        var from = MailboxAddress.Parse(options.Value.From);
        using var body = new TextPart(TextFormat.Plain) { Text = mail.Body, ContentTransferEncoding = ContentEncoding.QuotedPrintable };
        using var message = new MimeMessage([from], [to], mail.Subject, body)
        {
            MessageId = $"{mail.Id:N}@{from.Domain}",
            Date = clock.GetUtcNow(),
        };
        message.Headers["Auto-Submitted"] = "auto-generated";
        if (options.Value.Host is not null)
            return await server.SendAsync(message, ct);

        await message.WriteToAsync(Path.Combine(folder.OfAccount(mail.AccountId), $"{mail.Id}.eml"), ct);
        return Delivery.Accepted;
    }

    private async Task SettleAsync(OutgoingMail mail, Delivery delivery, MembershipDb db, CancellationToken ct)
    {
        var queued = db.OutgoingMails.Where(m => m.Id == mail.Id);
        var account = db.Accounts.Where(a => a.Id == mail.AccountId && a.Email == mail.To);
        switch (delivery.Outcome)
        {
            case DeliveryOutcome.Accepted:
                await queued.ExecuteDeleteAsync(ct);
                await MarkAsync(account.Where(a => a.UndeliverableSince != null), since: null, ct);
                return;

            case DeliveryOutcome.Refused:
                Log.Refused(logger, mail.Id, delivery.Reason);
                await MarkAsync(account.Where(a => a.UndeliverableSince == null), clock.GetUtcNow(), ct);
                await queued.ExecuteDeleteAsync(ct);
                return;
        }

        if (mail.CreatedAt <= retention.CutOff(MembershipRetention.OutgoingMails))
        {
            Log.GaveUp(logger, mail.Id, delivery.Reason);
            await queued.ExecuteDeleteAsync(ct);
            return;
        }

        Log.NotSent(logger, mail.Id, delivery.Reason);
        // The server's absence is not this mail's fault.
        if (delivery.Outcome == DeliveryOutcome.Unreachable)
        {
            var later = clock.GetUtcNow() + Poll;
            await queued.ExecuteUpdateAsync(m => m.SetProperty(x => x.NextTryAt, later).SetProperty(x => x.Attempts, mail.Attempts - 1), ct);
        }
    }

    private static Task MarkAsync(IQueryable<Account> account, DateTimeOffset? since, CancellationToken ct) =>
        account.ExecuteUpdateAsync(
            a => a.SetProperty(x => x.UndeliverableSince, since).SetProperty(x => x.Version, x => x.Version + 1), ct);

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

        [LoggerMessage(1205, LogLevel.Warning, "The mail server refused mail {Id} for good ({Reason}); its account says so")]
        public static partial void Refused(ILogger logger, Guid id, string reason);
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
