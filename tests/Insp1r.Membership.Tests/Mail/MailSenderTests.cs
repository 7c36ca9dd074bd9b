using System.Text.Json.Nodes;
using Insp1r.Membership.Tests.Accounts;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Mail;

/// <summary>The queue of mails, before a mail server that refuses, defers or hangs.</summary>
public sealed class MailSenderTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(550)]
    [InlineData(553)]
    public async Task Mail_RefusedForGood_IsNotSentAgain_AndItsAccountSaysSo(int code)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var email = Refused(code);

        var account = await InviteAsync(network, email);

        var before = (int)account["version"]!;
        await Until.TrueAsync(async () => await WaitingAsync(email) == 0, "the queue forgets it", Ct);
        var shown = await ReadAsync(network, account);
        Assert.NotNull(shown["undeliverableSince"]);
        Assert.Equal(before + 1, (int)shown["version"]!);
        Assert.Empty(shared.Mail.To(email));
    }

    [Fact]
    public async Task Mail_RefusedForGood_TheAccountsPageSaysSo_UntilTheServerTakesOneAgain()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        Assert.False(await SaysSoAsync());

        shared.Mail.Refuse(somebody.Email, 550);
        await ForgetAsync(somebody.Email);
        await Until.TrueAsync(SaysSoAsync, "the page says so", Ct);

        shared.Mail.Accept(somebody.Email);
        await shared.ScalarAsync<Guid>("update account set reset_sent_at = null where id = $1 returning id", Ct, somebody.Account);
        await ForgetAsync(somebody.Email);
        await Until.TrueAsync(async () => !await SaysSoAsync(), "the page says so no more", Ct);
        somebody.Browser.Dispose();

        async Task<bool> SaysSoAsync() => (await somebody.Browser.GetAsync("/account", Ct)).Text.Contains("refuses our mails", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_RefusedForGood_AnotherAddressIsNotMarked()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var account = await InviteAsync(network, Refused(550));
        await Until.TrueAsync(async () => (await ReadAsync(network, account))["undeliverableSince"] is not null, "the account says so", Ct);
        var right = $"{Guid.NewGuid():N}@example.org";

        (await network.Steward.PatchAsync($"/api/v1/persons/{account["personId"]}", new { email = right }, Ct, ("If-Match", "*"))).Expect(200);
        (await network.Steward.PostAsync($"/api/v1/accounts/{account["id"]}/invitation", null, Ct)).Expect(200);

        Assert.Null((await ReadAsync(network, account))["undeliverableSince"]);
        await shared.Mail.WaitForAsync(right, Ct);
    }

    [Fact]
    public async Task Mail_Deferred_IsTriedAgainLater_AndItsAccountSaysNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var email = Refused(451);

        var account = await InviteAsync(network, email);
        await Until.TrueAsync(async () => shared.Mail.WasAskedFor(email) && await DeferredAsync(email) == 1, "it was tried", Ct);
        Assert.Null((await ReadAsync(network, account))["undeliverableSince"]);

        shared.Mail.Accept(email);
        await shared.ScalarAsync<Guid>("update outgoing_mail set next_try_at = now() where \"to\" = $1 returning id", Ct, email);
        await network.InviteAsync(Ct, $"reader@{network.Node}");
        await shared.Mail.WaitForAsync(email, Ct);
    }

    [Fact]
    public async Task Mail_OfBeforeAddressesWereParsed_FailsAlone()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (_, account, email) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        await shared.Mail.WaitForAsync(email, Ct);
        await QueueAsync(account, "a,b@example.org", 1);

        var (_, _, next) = await network.InviteAsync(Ct, $"reader@{network.Node}");

        await shared.Mail.WaitForAsync(next, Ct);
        Assert.Equal(0, await WaitingAsync("a,b@example.org"));
    }

    [Fact]
    public async Task Mail_ThousandOfOneNetworkOnWhichTheServerHangs_DelayNoOtherNetwork()
    {
        var (bad, good) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var (_, account, email) = await bad.InviteAsync(Ct, $"reader@{bad.Node}");
        await shared.Mail.WaitForAsync(email, Ct);
        var hanging = shared.Mail.Hang(email);
        await QueueAsync(account, email, 1000);

        var (_, _, first) = await good.InviteAsync(Ct, $"reader@{good.Node}");
        await shared.Mail.WaitForAsync(first, Ct);
        var (_, _, second) = await good.InviteAsync(Ct, $"reader@{good.Node}");
        await shared.Mail.WaitForAsync(second, Ct);
        Assert.Equal(1000, await WaitingAsync(email));

        shared.Mail.Refuse(email, 550);
        hanging.Dispose();
        await Until.TrueAsync(async () => await WaitingAsync(email) == 0, "all of them are refused", Ct);
    }

    [Fact]
    public async Task Mail_OneAfterAnother_GoOverOneConnection()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (_, account, email) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        await shared.Mail.WaitForAsync(email, Ct);
        var connections = shared.Mail.Connections;

        await QueueAsync(account, email, 50);
        var (_, _, last) = await network.InviteAsync(Ct, $"reader@{network.Node}");

        await shared.Mail.WaitForAsync(last, Ct);
        Assert.Equal(51, shared.Mail.To(email).Count);
        Assert.InRange(shared.Mail.Connections - connections, 0, 1);
    }

    [Fact]
    public async Task Mail_ToAnInternationalDomain_GoesToItsAsciiName()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var name = $"{Guid.NewGuid():N}";

        await InviteAsync(network, $"{name}@bücher.example");

        var mail = await shared.Mail.WaitForAsync($"{name}@xn--bcher-kva.example", Ct);
        Assert.Contains("/account/invitation", mail.Body, StringComparison.Ordinal);
    }

    private string Refused(int code)
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        shared.Mail.Refuse(email, code);
        return email;
    }

    private async Task<JsonNode> InviteAsync(Network network, string email)
    {
        var person = await network.PersonAsync("Somebody", email, Ct);
        return (await network.Steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"reader@{network.Node}"] }, Ct)).Expect(201).Json;
    }

    private static async Task<JsonNode> ReadAsync(Network network, JsonNode account) => (await network.Steward.GetAsync($"/api/v1/accounts/{account["id"]}", Ct)).Expect(200).Json;

    private Task<long> DeferredAsync(string email) =>
        shared.ScalarAsync<long>("select count(*) from outgoing_mail where \"to\" = $1 and attempts = 1 and next_try_at > now()", Ct, email);

    private Task<long> WaitingAsync(string email) => shared.ScalarAsync<long>("select count(*) from outgoing_mail where \"to\" = $1", Ct, email);

    // Has a new password mailed, which any visitor may ask for.
    private async Task ForgetAsync(string email)
    {
        using var browser = new PersonBrowser(shared.App.Address);
        (await browser.GetAsync("/account/forgotten", Ct)).Is(200);
        (await browser.PostAsync("/account/forgotten", Ct, ("email", email))).Is(200);
    }

    // Older than what comes after, as they would be.
    private Task<long> QueueAsync(JsonNode account, string email, int count) => shared.ScalarAsync<long>("""
        with queued as (
          insert into outgoing_mail (id, account_id, node, "to", subject, body, created_at, next_try_at, attempts)
          select gen_random_uuid(), a.id, a.node, $2, 'x', 'x', now() - interval '1 minute', now() - interval '1 minute', 0 from account a, generate_series(1, $3) where a.id = $1
          returning 1)
        select count(*) from queued
        """, Ct, Guid.Parse((string)account["id"]!), email, count);
}
