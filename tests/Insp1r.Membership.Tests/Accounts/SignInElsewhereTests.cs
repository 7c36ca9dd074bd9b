using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Web;
using Insp1r.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>The whole way over a provider that is not this platform, and each way in which it can fail.</summary>
public sealed class SignInElsewhereTests(Shared shared, SignedInElsewhere elsewhere) : IClassFixture<SignedInElsewhere>
{
    private const string SignInPage = "/account/sign-in";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OtherProvider_Invitation_LinksTheAccount_AndTheNextSignInNeedsNone()
    {
        elsewhere.NextPerson();
        var (email, link) = await elsewhere.InviteAsync("contributor", Ct);

        using var browser = new PersonBrowser(elsewhere.Here.Address);
        Assert.Contains(email, (await elsewhere.SignInAsync(browser, link.PathAndQuery, Ct)).Is(200).Text, StringComparison.Ordinal);
        using var later = new PersonBrowser(elsewhere.Here.Address);
        Assert.Contains(email, (await elsewhere.SignInAsync(later, SignInPage, Ct)).Is(200).Text, StringComparison.Ordinal);

        (await later.GetAsync(link.PathAndQuery, Ct)).Is(410);
        Assert.Equal(elsewhere.Provider.Issuer, await Shared.ScalarOfAsync<string>(
            elsewhere.Database, "select login_provider from account_login where provider_key = $1", Ct, elsewhere.Provider.Person));
    }

    [Fact]
    public async Task OtherProvider_Request_HasPkceStateAndNonce_InCookiesThatFitTheRules()
    {
        // TLS ends before the service, as behind a gateway: so what the browser got is carried back by hand.
        await using var here = elsewhere.StartAgain(("Authority:Issuer", "https://insp1r.example.org"));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = here.Address };
        using var page = await http.GetAsync(SignInPage, Ct);
        Assert.Contains(
            $"form-action 'self' {elsewhere.Provider.Issuer.TrimEnd('/')};", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var token = Regex.Match(await page.Content.ReadAsStringAsync(Ct), "(?<=__RequestVerificationToken\" value=\")[^\"]+").Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/account/provider")
        {
            Content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("returnUrl", "/account")]),
            Headers = { { "Cookie", page.Headers.GetValues("Set-Cookie").Single().Split(';')[0] } },
        };

        using var answer = await http.SendAsync(request, Ct);

        var sent = HttpUtility.ParseQueryString(answer.Headers.Location!.Query);
        Assert.Equal(["code", "openid", "S256"], (string?[])[sent["response_type"], sent["scope"], sent["code_challenge_method"]]);
        Assert.Equal("https://insp1r.example.org/account/provider/callback", sent["redirect_uri"]);
        Assert.All((string[])["state", "nonce", "code_challenge"], name => Assert.NotEmpty(sent[name]!));
        var cookies = answer.Headers.GetValues("Set-Cookie").Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["__Host-insp1r-nonce", "__Host-insp1r-state"], cookies.Select(cookie => cookie.Split('.')[0]));
        Assert.All(cookies, cookie => Assert.Matches("; path=/; secure; samesite=lax; httponly$", cookie));
    }

    [Fact]
    public async Task OtherProvider_ThatDenies_IsSaid_AndTheInvitationStaysGood()
    {
        elsewhere.NextPerson();
        var (email, link) = await elsewhere.InviteAsync("reader", Ct);
        using var browser = new PersonBrowser(elsewhere.Here.Address);

        elsewhere.Provider.Denies = true;
        var denied = (await elsewhere.SignInAsync(browser, link.PathAndQuery, Ct)).Is(403);
        Assert.Contains("Union login did not let you in", denied.Text, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", denied.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        (await browser.GetAsync("/account", Ct)).Is(302);

        elsewhere.Provider.Denies = false;
        Assert.Contains(email, (await elsewhere.SignInAsync(browser, link.PathAndQuery, Ct)).Is(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherProvider_AwayOnTheWayBack_IsSaid()
    {
        await using var own = new SignedInElsewhere(shared);
        await own.InitializeAsync();
        own.NextPerson();
        using var browser = new PersonBrowser(own.Here.Address);
        (await browser.GetAsync(SignInPage, Ct)).Is(200);
        var back = await own.VisitAsync(browser, Ct);

        await own.Provider.DisposeAsync();

        Assert.Contains("does not answer", (await browser.GetAsync(back.PathAndQuery, Ct)).Is(503).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherProvider_Answer_CountsOnce_InTheBrowserThatAsked()
    {
        elsewhere.NextPerson();
        var (_, link) = await elsewhere.InviteAsync("reader", Ct);
        using var browser = new PersonBrowser(elsewhere.Here.Address);
        using var thief = new PersonBrowser(elsewhere.Here.Address);
        await browser.GetAsync(link.PathAndQuery, Ct);
        var back = await elsewhere.VisitAsync(browser, Ct);

        (await thief.GetAsync(back.PathAndQuery, Ct)).Is(403);
        (await browser.GetAsync(back.PathAndQuery.Replace("state=", "state=x", StringComparison.Ordinal), Ct)).Is(403);
        (await browser.GetAsync(back.PathAndQuery, Ct)).Is(302);
        (await browser.GetAsync(back.PathAndQuery, Ct)).Is(403);
        (await thief.GetAsync("/account", Ct)).Is(302);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?code=x")]
    [InlineData("?state=x&error=access_denied")]
    [InlineData("?id_token=x&access_token=y")]
    public async Task OtherProvider_AnswerThatNobodyAskedFor_IsRefusedOnAPage(string query)
    {
        using var browser = new PersonBrowser(elsewhere.Here.Address);
        Assert.Contains("did not let you in", (await browser.GetAsync($"/account/provider/callback{query}", Ct)).Is(403).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another audience")]
    [InlineData("unsigned")]
    [InlineData("another key")]
    [InlineData("the shared secret")]
    public async Task OtherProvider_IdTokenThatProvesNothing_IsRefused(string fault)
    {
        elsewhere.NextPerson();
        var (_, link) = await elsewhere.InviteAsync("reader", Ct);
        using var browser = new PersonBrowser(elsewhere.Here.Address);
        using var rsa = RSA.Create(2048);
        (elsewhere.Provider.Audience, elsewhere.Provider.Forge) = fault switch
        {
            "another audience" => ("another-client", null),
            "unsigned" => (null, token => Sign(token, null)),
            "another key" => (null, token => Sign(token, new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256))),
            _ => ((string?)null, (Func<string, string>?)(token => Sign(
                token, new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(OtherProvider.ClientSecret)), SecurityAlgorithms.HmacSha256)))),
        };

        var refused = (await elsewhere.SignInAsync(browser, link.PathAndQuery, Ct)).Is(403);

        Assert.Contains("Union login did not let you in", refused.Text, StringComparison.Ordinal);
        (await browser.GetAsync("/account", Ct)).Is(302);
        Assert.Equal(0, await Shared.ScalarOfAsync<long>(
            elsewhere.Database, "select count(*) from account_login where provider_key = $1", Ct, elsewhere.Provider.Person));
    }

    [Theory]
    [InlineData(true, "pwd", "mfa")]
    [InlineData(true, "hwk")]
    [InlineData(false, "pwd")]
    public async Task OtherProvider_SecondFactor_CountsIfTheProviderSawOne(bool counts, params string[] methods)
    {
        elsewhere.NextPerson(methods);
        var (email, link) = await elsewhere.InviteAsync("steward", Ct);
        using var browser = new PersonBrowser(elsewhere.Here.Address);

        var page = (await elsewhere.SignInAsync(browser, link.PathAndQuery, Ct)).Is(200);

        Assert.Equal(!counts, page.Text.Contains("id=\"key\"", StringComparison.Ordinal));
        Assert.Equal(counts ? 1 : 0, await Shared.ScalarOfAsync<long>(
            elsewhere.Database, "select count(*) from account_session s join account a on a.id = s.account_id where a.email = $1 and s.second_factor", Ct, email));
    }

    [Fact]
    public async Task OtherProvider_ThatCallsItselfOtherwise_IsNotBelieved()
    {
        var issuer = elsewhere.Provider.Issuer.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var here = elsewhere.StartAgain(("ExternalProvider:Authority", issuer));
        using var browser = new PersonBrowser(here.Address);

        Assert.Contains("does not answer", (await browser.GetAsync(SignInPage, Ct)).Is(503).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherProvider_WithoutTlsAndElsewhere_StopsTheStart()
    {
        var fault = Assert.ThrowsAny<Exception>(() => elsewhere.StartAgain(("ExternalProvider:Authority", "http://login.example.org")).Dispose());

        Assert.Contains("ExternalProvider:Authority must be an https address", fault.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What the token says, signed by somebody else in the name of the same key, or by nobody.</summary>
    private static string Sign(string token, SigningCredentials? credentials)
    {
        var real = new JsonWebToken(token);
        var payload = Base64UrlEncoder.Decode(real.EncodedPayload);
        credentials?.Key.KeyId = real.Kid;
        var handler = new JsonWebTokenHandler();
        return credentials is null ? handler.CreateToken(payload) : handler.CreateToken(payload, credentials);
    }
}
