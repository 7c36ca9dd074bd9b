using System.Net;
using Insp1r.Membership.Accounts;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>What an attacker tries beside guessing.</summary>
public sealed class HardeningTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HalfASignIn_OfBeforeTheSecondFactorWasSetUp_IsVoidAfterwards()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        using var browser = somebody.Browser;
        (await network.Steward.PostAsync($"/api/v1/accounts/{somebody.Account}/grants", new { grant = $"steward@{network.Node}" }, Ct)).Expect(200);
        // Somebody who knows the password stops where the second factor is to be set up, and waits.
        using var thief = new PersonBrowser(shared.App.Address);
        await thief.SignInAsync(somebody.Email, PersonBrowser.Password, Ct);
        (await thief.GetAsync("/account/second-factor", Ct)).Is(200);

        await browser.GetAsync("/account", Ct);
        (await browser.PostAsync("/account/second-factor/begin", Ct, ("password", PersonBrowser.Password), ("what", "replace"))).Is(302);
        await browser.SetUpAsync(await browser.GetAsync("/account/second-factor", Ct), Ct);

        Assert.Equal("/account/sign-in", (await thief.GetAsync("/account/second-factor", Ct)).Is(302).Location);
        Assert.Equal("/account/sign-in", (await thief.PostAsync("/account/second-factor", Ct, ("code", "000000"))).Is(302).Location);
        Assert.Equal(browser.Key, await KeyAsync(somebody.Account));
    }

    [Fact]
    public async Task HalfASignIn_OfBeforeThePasswordWasReset_IsVoidAfterwards()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var steward = await shared.WelcomeAsync(network, Ct, $"steward@{network.Node}");
        using var thief = new PersonBrowser(shared.App.Address);
        await thief.SignInAsync(steward.Email, PersonBrowser.Password, Ct);
        (await thief.GetAsync("/account/code", Ct)).Is(200);

        await steward.Browser.GetAsync("/account", Ct);
        (await steward.Browser.PostAsync("/account/password", Ct, ("oldPassword", PersonBrowser.Password), ("newPassword", "green kettle under snow"))).Is(200);

        Assert.Equal("/account/sign-in", (await thief.PostAsync("/account/code", Ct, ("code", Codes.Now(steward.Browser.Key!, 1)))).Is(302).Location);
        (await thief.GetAsync("/account", Ct)).Is(302);
        steward.Browser.Dispose();
    }

    [Fact]
    public async Task RecoveryCodes_AreKeptAsHashes()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var steward = await shared.WelcomeAsync(network, Ct, $"steward@{network.Node}");
        steward.Browser.Dispose();

        var kept = await UnprotectedAsync("select value from account_token where user_id = $1 and name = 'RecoveryCodes'", steward.Account);

        Assert.Equal(Credentials.RecoveryCodes, steward.Browser.RecoveryCodes.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Credentials.RecoveryCodes, kept.Split(';').Length);
        Assert.All(steward.Browser.RecoveryCodes, code => Assert.DoesNotContain(code, kept, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Session_OfBefore_IsNotTheOneAfterSigningIn()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        using var browser = somebody.Browser;
        var planted = Session(browser);

        await browser.SignInAsync(somebody.Email, PersonBrowser.Password, Ct);

        Assert.NotEqual(planted.Value, Session(browser).Value);
        using var thief = new PersonBrowser(shared.App.Address);
        thief.Cookies.Add(shared.App.Address, new Cookie(planted.Name, planted.Value, "/"));
        (await thief.GetAsync("/account", Ct)).Is(302);
        thief.Cookies.Add(shared.App.Address, new Cookie(planted.Name, $"{Guid.NewGuid()}", "/"));
        (await thief.GetAsync("/account", Ct)).Is(302);

        Cookie Session(PersonBrowser of) => of.Cookies.GetCookies(shared.App.Address).Single(cookie => cookie.Name == "insp1r-session");
    }

    [Fact]
    public async Task AddressThatIsNoPage_IsAPageThatSaysSo()
    {
        using var browser = new PersonBrowser(shared.App.Address);

        var page = await browser.GetAsync("/account/invitatio", Ct);

        page.Is(404);
        Assert.Contains("There is no such page", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublicAddressWithTls_BindsEveryCookieToTheHostAndToTls()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"reader@{network.Node}");
        somebody.Browser.Dispose();
        // TLS ends before the service, as behind a gateway: so what the browser got is carried back by hand.
        await using var app = MembershipApp.Start(shared.Database, [("Authority:Issuer", "https://insp1r.example.org"), .. shared.Mail.Settings]);
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = app.Address };
        using var page = await http.GetAsync("/account/sign-in", Ct);
        var form = page.Headers.GetValues("Set-Cookie").Single();
        var token = System.Text.RegularExpressions.Regex.Match(await page.Content.ReadAsStringAsync(Ct), "(?<=__RequestVerificationToken\" value=\")[^\"]+").Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in")
        {
            Content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("email", somebody.Email), new("password", PersonBrowser.Password), new("returnUrl", "/account")]),
            Headers = { { "Cookie", form.Split(';')[0] } },
        };

        using var signedIn = await http.SendAsync(request, Ct);
        using var language = await http.GetAsync("/account/language?to=fr", Ct);

        Assert.Equal(HttpStatusCode.Found, signedIn.StatusCode);
        var cookies = signedIn.Headers.GetValues("Set-Cookie").Append(form).Where(cookie => !cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.Equal(["__Host-insp1r-form", "__Host-insp1r-session"], cookies.Select(cookie => cookie.Split('=')[0]).Order(StringComparer.Ordinal));
        Assert.All(cookies.Append(language.Headers.GetValues("Set-Cookie").Single()), cookie =>
        {
            Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; path=/;", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Matches("(?i); samesite=(lax|strict)", cookie);
            Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task G8_ErasedPerson_HasNoAccountAnyMore_NorAnAddressAnywhere()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var somebody = await shared.WelcomeAsync(network, Ct, $"contributor@{network.Node}");
        var app = await TestApp.AddAsync(shared, Ct);
        var tokens = await app.SignInAsync(somebody.Browser, Ct);
        using var api = app.With(tokens);
        (await api.GetAsync("/api/v1/organisations", Ct)).Expect(200);

        (await network.Steward.PostAsync($"/api/v1/persons/{somebody.Person}/erasure", new { reason = "requested-by-person" }, Ct)).Expect(200);

        (await api.GetAsync("/api/v1/organisations", Ct)).IsProblem(401, "unauthorized");
        (await app.RefreshAsync((string)tokens["refresh_token"]!, Ct)).IsRefused("invalid_grant");
        (await somebody.Browser.GetAsync("/account", Ct)).Is(302);
        (await somebody.Browser.SignInAsync(somebody.Email, PersonBrowser.Password, Ct)).Is(401);
        Assert.Equal("closed", (string?)(await network.Steward.GetAsync($"/api/v1/accounts/{somebody.Account}", Ct)).Expect(200).Json["status"]);
        foreach (var table in (string[])["account", "account_session", "session_token", "account_token", "outgoing_mail", "person", "change_log", "idempotency_key"])
            Assert.Equal(0, await shared.ScalarAsync<long>($"select count(*) from {table} t where t::text ilike '%' || $1 || '%'", Ct, somebody.Email));
        Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from account_session where account_id = $1", Ct, somebody.Account));
        Assert.Equal(0, await shared.ScalarAsync<long>("select count(*) from session_token where subject = $1", Ct, $"{somebody.Account}"));
        // Who else has the address now can be invited with it.
        var next = await network.PersonAsync("Somebody else", somebody.Email, Ct);
        (await network.Steward.PostAsync("/api/v1/accounts", new { personId = next, grants = (string[])[$"reader@{network.Node}"] }, Ct)).Expect(201);
        somebody.Browser.Dispose();
    }

    private Task<string> KeyAsync(Guid account) => UnprotectedAsync("select value from account_token where user_id = $1 and name = 'key'", account);

    private async Task<string> UnprotectedAsync(string sql, Guid account) =>
        shared.App.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("account-token").Unprotect(await shared.ScalarAsync<string>(sql, Ct, account));
}
