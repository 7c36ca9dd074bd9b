using System.Text.Json.Nodes;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>
/// People sign in with another OpenID Connect provider: with a second installation of this platform, which is one, at its own address
/// and with a database of its own.
/// </summary>
public sealed class ExternalProviderTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OtherProvider_SignsPeopleIn_AndWhatTheyMayDoStaysHere()
    {
        var (providerPort, port) = (FreePort.Next(), FreePort.Next());
        var (issuer, address) = ($"http://127.0.0.1:{providerPort}", $"http://127.0.0.1:{port}");
        await using var provider = MembershipApp.StartAt(providerPort, await shared.Postgres.CreateDatabaseAsync("provider", Ct), [.. shared.Mail.Settings, ("Authority:Issuer", issuer)]);
        var database = await shared.Postgres.CreateDatabaseAsync("signed_in_elsewhere", Ct);
        using var providerSteward = provider.As("steward", "steward@insp1r");
        var secret = (string)(await providerSteward.PostAsync(
            "/api/v1/clients",
            new { kind = "app", clientId = "insp1r", description = "INSP!R", confidential = true, redirectUris = (string[])[$"{address}/account/provider/callback"], scopes = (string[])["read"] },
            Ct)).Expect(201).Json["secret"]!;
        await using var here = MembershipApp.StartAt(port, database,
            [.. shared.Mail.Settings, ("Authority:Issuer", address), ("ExternalProvider:Authority", $"{issuer}/"), ("ExternalProvider:Name", "Union login"), ("ExternalProvider:ClientId", "insp1r"), ("ExternalProvider:ClientSecret", secret)]);
        using var steward = here.As("steward", "steward@insp1r");
        var (theirMail, ourMail, strangerMail) = (Mail(), Mail(), Mail());
        using var there = await WelcomeAsync(provider, providerSteward, theirMail);
        using var stranger = await WelcomeAsync(provider, providerSteward, strangerMail);

        // Invited here, taken up there.
        await InviteAsync(steward, ourMail, $"contributor@{NodePathRoot}");
        var link = (await shared.Mail.WaitForAsync(ourMail, Ct)).Link("/account/invitation");
        using var browser = new PersonBrowser(here.Address);
        var page = (await browser.GetAsync(link.PathAndQuery, Ct)).Is(200);
        Assert.Contains("Union login", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"password\"", page.Text, StringComparison.Ordinal);
        var account = await ThroughAsync(browser, there);
        Assert.Contains(ourMail, account.Is(200).Text, StringComparison.Ordinal);
        Assert.Contains($"Record and read in {NodePathRoot}", account.Text, StringComparison.Ordinal);
        (await browser.GetAsync(link.PathAndQuery, Ct)).Is(410);

        // And later signed in, without an invitation.
        using var again = new PersonBrowser(here.Address);
        await again.GetAsync("/account/sign-in", Ct);
        Assert.Contains(ourMail, (await ThroughAsync(again, there)).Is(200).Text, StringComparison.Ordinal);
        // In the trail it is their own doing.
        Assert.Equal("", await Shared.ScalarOfAsync<string>(
            database, "select coalesce(string_agg(type || ' by ' || actor, ', '), '') from change_log where subject = 'account' and type ~ 'activated|signed-in' and actor <> subject_id::text", Ct));
        Assert.Equal(3, await Shared.ScalarOfAsync<long>(database, "select count(*) from change_log where subject = 'account' and type ~ 'activated|signed-in'", Ct));

        // A second factor of their own, without a password to ask for: they signed in just now. Later they would have to do so again.
        var offered = (await again.PostAsync("/account/second-factor/begin", Ct, ("what", "replace"))).Is(302);
        await again.SetUpAsync(await again.FollowAsync(offered, Ct), Ct);
        await Shared.ScalarOfAsync<long>(database, "with s as (update account_session set signed_in_at = signed_in_at - interval '11 minutes' returning 1) select count(*) from s", Ct);
        Assert.Contains("Sign out and in again", (await again.PostAsync("/account/second-factor/begin", Ct, ("what", "recovery"))).Is(422).Fault, StringComparison.Ordinal);

        // Whom the provider knows, and nobody here invited, gets nowhere.
        using var uninvited = new PersonBrowser(here.Address);
        await uninvited.GetAsync("/account/sign-in", Ct);
        (await ThroughAsync(uninvited, stranger)).Is(403);
        (await uninvited.GetAsync("/account", Ct)).Is(302);

        // An answer that this browser did not ask for, or whose state was changed, is not taken.
        using var thief = new PersonBrowser(here.Address);
        await again.GetAsync("/account", Ct);
        await again.PostAsync("/account/sign-out", Ct);
        await again.GetAsync("/account/sign-in", Ct);
        var back = await BackAsync(again, there);
        (await thief.GetAsync(back.PathAndQuery, Ct)).Is(403);
        (await again.GetAsync(back.PathAndQuery.Replace("state=", "state=x", StringComparison.Ordinal), Ct)).Is(403);

        // A password opens nothing here.
        await again.GetAsync("/account/sign-in", Ct);
        (await again.PostAsync("/account/sign-in", Ct, ("email", ourMail), ("password", PersonBrowser.Password))).Is(401);
    }

    [Fact]
    public async Task OtherProviderAway_IsSaid_AndNothingElseBreaks()
    {
        var port = FreePort.Next();
        await using var here = MembershipApp.StartAt(port, await shared.Postgres.CreateDatabaseAsync("provider_away", Ct),
            [("Authority:Issuer", $"http://127.0.0.1:{port}"), ("ExternalProvider:Authority", $"http://127.0.0.1:{FreePort.Next()}"), ("ExternalProvider:ClientId", "insp1r"), ("ExternalProvider:ClientSecret", "x")]);
        using var browser = new PersonBrowser(here.Address);

        Assert.Contains("does not answer", (await browser.GetAsync("/account/sign-in", Ct)).Is(503).Text, StringComparison.Ordinal);
        using var steward = here.As("steward", "steward@insp1r");
        (await steward.GetAsync("/api/v1/nodes", Ct)).Expect(200);
    }

    private const string NodePathRoot = "insp1r";

    private static string Mail() => $"{Guid.NewGuid():N}@example.org";

    /// <summary>From the page here, to the provider, where somebody is signed in, and back.</summary>
    private static async Task<PageAnswer> ThroughAsync(PersonBrowser here, PersonBrowser there)
    {
        var back = await BackAsync(here, there);
        return await here.FollowAsync(await here.GetAsync(back.PathAndQuery, Ct), Ct);
    }

    private static async Task<Uri> BackAsync(PersonBrowser here, PersonBrowser there)
    {
        var sent = (await here.PostAsync("/account/provider", Ct)).Is(302);
        (await there.GetAsync(new Uri(sent.Location!).PathAndQuery, Ct)).Is(200);
        return new Uri((await there.PostAsync("/connect/authorize", Ct, ("answer", "allow"))).Is(302).Location!);
    }

    private async Task<PersonBrowser> WelcomeAsync(MembershipApp app, Api steward, string email)
    {
        await InviteAsync(steward, email, $"reader@{NodePathRoot}");
        var browser = new PersonBrowser(app.Address);
        await browser.TakeUpAsync((await shared.Mail.WaitForAsync(email, Ct)).Link("/account/invitation"), Ct);
        return browser;
    }

    private static async Task<JsonNode> InviteAsync(Api steward, string email, string grant)
    {
        var person = (await steward.PostAsync("/api/v1/persons", new { node = NodePathRoot, name = "Somebody", email, language = "en" }, Ct)).Expect(201).Id;
        return (await steward.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[grant] }, Ct)).Expect(201).Json;
    }
}
