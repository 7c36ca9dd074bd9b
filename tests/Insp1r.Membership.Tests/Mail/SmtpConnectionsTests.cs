using Insp1r.Membership.Mail;
using Insp1r.Testing;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Insp1r.Membership.Tests.Mail;

/// <summary>What a sending comes to, and what is said of it: reasons go to the log, where no address may be.</summary>
public sealed class SmtpConnectionsTests(Shared shared)
{
    private readonly string _email = $"{Guid.NewGuid():N}@example.org";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(550, "Refused")]
    [InlineData(451, "Deferred")]
    public async Task Delivery_NotTaken_SaysTheServersCodeAndNotItsText(int code, string outcome)
    {
        shared.Mail.Refuse(_email, code);
        using var server = new SmtpConnections(Options.Create(new MailOptions { Host = "127.0.0.1", Port = shared.Mail.Port, StartTls = false }), TimeProvider.System);

        var delivery = await server.SendAsync(Message(), Ct);

        Assert.Equal((outcome, $"{code}"), (delivery.Outcome.ToString(), delivery.Reason));
    }

    [Fact]
    public async Task Delivery_NobodyListens_IsUnreachable()
    {
        using var server = new SmtpConnections(Options.Create(new MailOptions { Host = "127.0.0.1", Port = FreePort.Next(), StartTls = false }), TimeProvider.System);

        var delivery = await server.SendAsync(Message(), Ct);

        Assert.Equal(new Delivery(DeliveryOutcome.Unreachable, "ConnectionRefused"), delivery);
    }

    [Fact]
    public async Task Delivery_ServerClosedTheKeptConnection_GoesOverANewOne()
    {
        await using var restarted = await MailServer.StartAsync(Ct);
        using var server = new SmtpConnections(Options.Create(new MailOptions { Host = "127.0.0.1", Port = restarted.Port, StartTls = false }), TimeProvider.System);
        Assert.Equal(Delivery.Accepted, await server.SendAsync(Message(), Ct));
        await restarted.StopAsync(Ct);
        await restarted.StartAgainAsync(Ct);

        Assert.Equal(Delivery.Accepted, await server.SendAsync(Message(), Ct));

        Assert.Equal(2, restarted.To(_email).Count);
    }

    private MimeMessage Message() => new([new MailboxAddress("", "no-reply@example.org")], [new MailboxAddress("", _email)], "x", new TextPart("plain") { Text = "x" });
}
