using System.Diagnostics;
using Insp1r.Membership.Accounts;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Accounts;

public sealed class SignInTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_Invitation_IsMailedToThePersonAlone_AndWorksOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (_, account, email) = await network.InviteAsync(Ct, $"contributor@{network.Node}");
        var link = (await shared.Mail.WaitForAsync(email, Ct)).Link("/account/invitation");
        using var browser = new PersonBrowser(shared.App.Address);

        Assert.Equal("invited", (string?)account["status"]);
        Assert.DoesNotContain("token", account.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        var page = await browser.TakeUpAsync(link, Ct);

        Assert.Contains(email, page.Text, StringComparison.Ordinal);
        Assert.Contains($"Record and read in {network.Node}", page.Text, StringComparison.Ordinal);
        Assert.Equal("active", (string?)(await network.Steward.GetAsync($"/api/v1/accounts/{account["id"]}", Ct)).Json["status"]);
        using var thief = new PersonBrowser(shared.App.Address);
        (await thief.GetAsync(link.PathAndQuery, Ct)).Is(410);
        (await thief.GetAsync("/account/forgotten", Ct)).Is(200);
        (await thief.PostAsync("/account/invitation", Ct, ("account", (string)account["id"]!), ("token", System.Web.HttpUtility.ParseQueryString(link.Query)["token"]!), ("password", "another password of mine"))).Is(410);
        Assert.Contains(email, (await thief.SignInAsync(email, PersonBrowser.Password, Ct)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task G2_Steward_HasToSetUpASecondFactor_AndEachCodeIsGoodOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var steward = await shared.WelcomeAsync(network, Ct, $"steward@{network.Node}");
        using var browser = steward.Browser;
        Assert.Equal(Credentials.RecoveryCodes, browser.RecoveryCodes.Count);

        // The code of the set-up is used up; the next one is not.
        using var again = new PersonBrowser(shared.App.Address);
        var asked = await again.SignInAsync(steward.Email, PersonBrowser.Password, Ct);
        Assert.Contains("one-time-code", asked.Text, StringComparison.Ordinal);
        (await again.GetAsync("/account", Ct)).Is(302);
        var last = await shared.ScalarAsync<long>("select last_time_step from account where id = $1", Ct, steward.Account);
        (await Post(again, Codes.OfStep(browser.Key!, last))).Is(401);
        (await Post(again, Codes.OfStep(browser.Key!, last + 1))).Is(302);
        Assert.Contains(steward.Email, (await again.GetAsync("/account", Ct)).Is(200).Text, StringComparison.Ordinal);

        using var third = new PersonBrowser(shared.App.Address);
        await third.SignInAsync(steward.Email, PersonBrowser.Password, Ct);
        (await Post(third, Codes.OfStep(browser.Key!, last + 1))).Is(401);
        (await Post(third, browser.RecoveryCodes[0])).Is(302);
        using var fourth = new PersonBrowser(shared.App.Address);
        await fourth.SignInAsync(steward.Email, PersonBrowser.Password, Ct);
        (await Post(fourth, browser.RecoveryCodes[0])).Is(401);

        async Task<PageAnswer> Post(PersonBrowser who, string code)
        {
            await who.GetAsync("/account/code", Ct);
            return await who.PostAsync("/account/code", Ct, ("code", code));
        }
    }

    [Fact]
    public async Task FiveWrongPasswords_LockTheAccount_AndTheAnswerDoesNotTell()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        somebody.Browser.Dispose();
        using var thief = new PersonBrowser(shared.App.Address);

        var wrong = (await thief.SignInAsync(somebody.Email, "not the right password", Ct)).Is(401);
        for (var i = 1; i < Credentials.MaxFailures; i++)
            await thief.SignInAsync(somebody.Email, "not the right password", Ct);
        var locked = (await thief.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(401);
        var unknown = (await thief.SignInAsync("nobody@example.org", PersonBrowser.Password, Ct)).Is(401);

        Assert.NotEqual("", wrong.Fault);
        Assert.Equal(wrong.Fault, locked.Fault);
        Assert.Equal(wrong.Fault, unknown.Fault);
        Assert.Equal(1, await shared.ScalarAsync<long>("select count(*) from change_log where subject_id = $1 and type = 'membership.account-locked'", Ct, somebody.Account));
        await shared.ScalarAsync<Guid>("update account set lockout_end = now() - interval '1 second' where id = $1 returning id", Ct, somebody.Account);
        (await thief.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(200);
    }

    [Fact]
    public async Task WrongCodes_LockTheAccountToo_WhateverPasswordComesInBetween()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var steward = await shared.WelcomeAsync(network, Ct, $"steward@{network.Node}");
        using var thief = new PersonBrowser(shared.App.Address);

        for (var i = 0; i < Credentials.MaxFailures; i++)
            (await thief.SignInAsync(steward.Email, PersonBrowser.Password, Ct, code: "000000")).Is(401);

        (await thief.SignInAsync(steward.Email, PersonBrowser.Password, Ct)).Is(401);
        (await thief.PostAsync("/account/code", Ct, ("code", Codes.Now(steward.Browser.Key!, 1)))).Is(401);
        steward.Browser.Dispose();
    }

    [Fact]
    public async Task ManyAttemptsAtOnce_AreNotMoreThanFive()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        somebody.Browser.Dispose();
        var browsers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var browser = new PersonBrowser(shared.App.Address);
            await browser.GetAsync("/account/sign-in", Ct);
            return browser;
        }));

        // Each that is judged counts: never are more judged than counted.
        for (var round = 0; round < 3; round++)
            await Task.WhenAll(browsers.Select(browser => browser.PostAsync("/account/sign-in", Ct, ("email", somebody.Email), ("password", "not the right password"))));

        Assert.True(await shared.ScalarAsync<bool>("select lockout_end > now() or access_failed_count between 3 and 4 from account where id = $1", Ct, somebody.Account));
        foreach (var browser in browsers)
            browser.Dispose();
    }

    [Fact]
    public async Task KnownAndUnknownAddresses_TakeAsLong()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        somebody.Browser.Dispose();
        using var thief = new PersonBrowser(shared.App.Address);
        await thief.GetAsync("/account/sign-in", Ct);

        var (known, unknown) = (new List<double>(), new List<double>());
        for (var i = 0; i < 8; i++)
        {
            known.Add(await TimeAsync(somebody.Email));
            unknown.Add(await TimeAsync($"{Guid.NewGuid():N}@example.org"));
            await shared.ScalarAsync<Guid>("update account set access_failed_count = 0, lockout_end = null where id = $1 returning id", Ct, somebody.Account);
        }

        // Hashing takes most of it. Without the hash for nobody an unknown address is answered ten times as fast.
        Assert.InRange(Median(unknown) / Median(known), 0.4, 2.5);

        async Task<double> TimeAsync(string email)
        {
            var start = Stopwatch.GetTimestamp();
            await thief.PostAsync("/account/sign-in", Ct, ("email", email), ("password", "not the right password"));
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
    }

    [Fact]
    public async Task ForgottenPassword_IsChosenAnewByMail_AndEndsAllSessions()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        using var other = new PersonBrowser(shared.App.Address);
        await other.GetAsync("/account/forgotten", Ct);

        // Asked by many at once it is answered to each as if there were nobody, and one mail goes.
        var many = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => other.PostAsync("/account/forgotten", Ct, ("email", somebody.Email.ToUpperInvariant()))));
        Assert.All(many, answer => answer.Is(200));
        var known = many[0];
        await other.GetAsync("/account/forgotten", Ct);
        var unknown = (await other.PostAsync("/account/forgotten", Ct, ("email", "nobody@example.org"))).Is(200);
        var link = (await shared.Mail.WaitForAsync(somebody.Email, Ct, number: 2)).Link("/account/reset");
        await other.GetAsync("/account/forgotten", Ct);
        await other.PostAsync("/account/forgotten", Ct, ("email", somebody.Email));

        Assert.Equal(known.Text, unknown.Text);
        Assert.Empty(shared.Mail.To("nobody@example.org"));
        (await other.GetAsync(link.PathAndQuery, Ct)).Is(200);
        (await other.PostAsync("/account/reset", Ct, ("password", "short"))).Is(422);
        (await other.PostAsync("/account/reset", Ct, ("password", "green kettle under snow"))).Is(302);
        (await somebody.Browser.GetAsync("/account", Ct)).Is(302);
        (await other.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(401);
        (await other.SignInAsync(somebody.Email, "green kettle under snow", Ct)).Is(200);
        (await other.GetAsync(link.PathAndQuery, Ct)).Is(410);
        Assert.Contains("changed", (await shared.Mail.WaitForAsync(somebody.Email, Ct, number: 3)).Subject, StringComparison.Ordinal);
        // A second link so soon after the first was not sent.
        Assert.Equal(3, shared.Mail.To(somebody.Email).Count);
        somebody.Browser.Dispose();
    }

    [Fact]
    public async Task FormsOfSomebodyElse_ChangeNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        using var other = new PersonBrowser(shared.App.Address);
        var foreign = System.Text.RegularExpressions.Regex.Match((await other.GetAsync("/account/sign-in", Ct)).Text, "(?<=__RequestVerificationToken\" value=\")[^\"]+").Value;

        foreach (var path in (string[])["/account/sign-out", "/account/sessions/end", "/account/password", "/account/second-factor/begin", "/account/sign-in", "/connect/authorize"])
        {
            (await somebody.Browser.PostBareAsync(path, Ct, ("oldPassword", PersonBrowser.Password), ("newPassword", "a password of the thief"))).Is(400);
            (await somebody.Browser.PostBareAsync(path, Ct, ("__RequestVerificationToken", foreign), ("oldPassword", PersonBrowser.Password), ("newPassword", "a password of the thief"))).Is(400);
        }

        (await somebody.Browser.GetAsync("/account", Ct)).Is(200);
        (await other.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(200);
        somebody.Browser.Dispose();
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/account//evil.example/..")]
    [InlineData("/accountevil")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/connect/authorize@evil.example")]
    [InlineData("\t//evil.example")]
    public async Task AfterSignIn_NobodyIsSentElsewhere(string returnUrl)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        somebody.Browser.Dispose();
        using var browser = new PersonBrowser(shared.App.Address);
        await browser.GetAsync($"/account/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}", Ct);

        var signedIn = (await browser.PostAsync("/account/sign-in", Ct, ("email", somebody.Email), ("password", PersonBrowser.Password), ("returnUrl", returnUrl))).Is(302);

        Assert.Matches("^/account(/|$)", signedIn.Location);
        var language = (await browser.GetAsync($"/account/language?to=fr&back={Uri.EscapeDataString(returnUrl)}", Ct)).Is(302);
        Assert.Matches("^/account(/|$)", language.Location);
    }

    [Fact]
    public async Task Sessions_AreListedAndEnded_ByOwnerAndSteward()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        using var first = somebody.Browser;
        using var second = new PersonBrowser(shared.App.Address);
        using var third = new PersonBrowser(shared.App.Address);
        await second.SignInAsync(somebody.Email, PersonBrowser.Password, Ct);
        await third.SignInAsync(somebody.Email, PersonBrowser.Password, Ct);

        var page = await first.GetAsync("/account", Ct);
        Assert.Equal(3, page.Text.Split("name=\"session\"").Length - 1);
        (await first.PostAsync("/account/sessions/end", Ct, ("session", null))).Is(302);
        (await first.GetAsync("/account", Ct)).Is(200);
        (await second.GetAsync("/account", Ct)).Is(302);
        (await third.GetAsync("/account", Ct)).Is(302);

        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/sessions/end", null, Ct)).Expect(200);
        (await first.GetAsync("/account", Ct)).Is(302);
    }

    [Fact]
    public async Task SignedOut_TheCookieOpensNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        using var browser = somebody.Browser;
        var before = browser.Cookies.GetCookies(shared.App.Address).Single(cookie => cookie.Name == "insp1r-session");
        Assert.True(before.HttpOnly);
        await browser.GetAsync("/account", Ct);
        (await browser.PostAsync("/account/sign-out", Ct)).Is(302);

        using var thief = new PersonBrowser(shared.App.Address);
        thief.Cookies.Add(shared.App.Address, new System.Net.Cookie(before.Name, before.Value, "/"));
        (await thief.GetAsync("/account", Ct)).Is(302);
    }

    [Theory]
    [InlineData("password1234", "guessable")]
    [InlineData("aaaaaaaaaaaaaaaa", "guessable")]
    [InlineData("abcdefghijklmnop", "guessable")]
    [InlineData("insp1r insp1r", "guessable")]
    [InlineData("someone.example", "guessable")]
    [InlineData("only eleven", "length")]
    [InlineData("tw\u00e9lve lettr\u00e9s", null)]
    [InlineData("correct horse battery staple", null)]
    public void Passwords_ThatAreTriedFirst_AreNotTaken(string password, string? fault) => Assert.Equal(fault, PasswordRules.Fault(password, "someone@example.org"));

    [Fact]
    public async Task Pages_SpeakThreeLanguages_LoadNoCode_AndAreKeptByNobody()
    {
        using var browser = new PersonBrowser(shared.App.Address);
        foreach (var (language, words) in ((string, string)[])[("en", "Sign in"), ("fr", "Se connecter"), ("es", "Iniciar sesi")])
        {
            (await browser.GetAsync($"/account/language?to={language}", Ct)).Is(302);
            var page = (await browser.GetAsync("/account/sign-in", Ct)).Is(200);
            Assert.Contains(words, page.Text, StringComparison.Ordinal);
            Assert.Contains($"<html lang=\"{language}\">", page.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("default-src 'none'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task MailServerAway_TheInvitationWaits_AndArrivesLater()
    {
        await shared.Mail.StopAsync(Ct);
        var network = await shared.NewNetworkAsync(Ct);
        var (_, _, email) = await network.InviteAsync(Ct, $"reader@{network.Node}");
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from outgoing_mail where \"to\" = $1 and next_try_at > created_at", Ct, email) == 1, "the mail is tried", Ct);

        await shared.Mail.StartAgainAsync(Ct);
        await shared.ScalarAsync<Guid>("update outgoing_mail set next_try_at = now() where \"to\" = $1 returning id", Ct, email);
        // Another mail wakes the sender.
        await network.InviteAsync(Ct, $"reader@{network.Node}");

        await shared.Mail.WaitForAsync(email, Ct);
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from outgoing_mail where \"to\" = $1", Ct, email) == 0, "the queue forgets it", Ct);
    }
}
