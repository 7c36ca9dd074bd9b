using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Insp1r.Testing;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>Signing in as a browser and an app see it, through the gateway: what an attacker tries there, and what is left behind.</summary>
public sealed class SignInTests(Platform platform)
{
    private const string Password = DevelopmentAccount.Password;
    private const string WrongPassword = "purple ferry hums loudly";
    private const string App = "docs";
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string RedirectUri => $"{platform.Stack.Address.ToString().TrimEnd('/')}/docs/oauth2-redirect.html";

    [Fact]
    public async Task G2_AnAppAndItsTokens_AreGoodForOneUseEach_AndNoSecretIsInAnyLog()
    {
        var stack = platform.Stack;
        var account = await DevelopmentAccount.OfAsync(stack, "reader", Ct);
        var (email, link) = account;
        using var browser = new PageBrowser(stack.Address);
        await account.SignInAsync(browser, Ct);
        Assert.Contains(email, (await browser.GetAsync("/account", Ct)).Is(200).Text, StringComparison.Ordinal);
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

        // Downgrades, and addresses of somebody else.
        foreach (var (name, value) in ((string, string?)[])[("code_challenge_method", "plain"), ("code_challenge_method", null), ("code_challenge", null), ("response_type", "token"), ("response_type", "code token")])
        {
            var refused = (await browser.GetAsync(Address(verifier, (name, value)), Ct)).Is(302);
            Assert.StartsWith(RedirectUri, refused.Location, StringComparison.Ordinal);
            Assert.Contains("error", refused.Back.Keys);
            Assert.DoesNotContain("code", refused.Back.Keys);
        }

        foreach (var elsewhere in (string[])["https://evil.example/back", $"{RedirectUri}/..", $"{RedirectUri}?x=1", RedirectUri.ToUpperInvariant(), $"{RedirectUri}@evil.example"])
            Assert.Null((await browser.GetAsync(Address(verifier, ("redirect_uri", elsewhere)), Ct)).Is(400).Location);

        var ill = await AskAsync(browser, verifier);
        Assert.Equal("invalid_request", (string?)(await TokenAsync(("grant_type", "authorization_code"), ("client_id", App), ("code", ill), ("redirect_uri", RedirectUri))).Expect(400).Json["error"]);
        var code = await AskAsync(browser, verifier);
        var first = (await ExchangeAsync(code, verifier)).Expect(200).Json;
        var idToken = (string)first["id_token"]!;
        Assert.All(await StatusesAsync(idToken), status => Assert.Equal(401, status));
        Assert.All(await StatusesAsync((string)first["access_token"]!), status => Assert.Equal(200, status));
        var second = (await RefreshAsync((string)first["refresh_token"]!)).Expect(200).Json;

        // The first was stolen: who brings it a second time, and not just because a connection broke, ends the session in every service.
        await stack.ExecuteAsync("membership", "update session_token set redemption_date = redemption_date - interval '31 seconds'", Ct);
        IsInvalidGrant(await RefreshAsync((string)first["refresh_token"]!));
        IsInvalidGrant(await RefreshAsync((string)second["refresh_token"]!));
        await Until.TrueAsync(async () => (await StatusesAsync((string)second["access_token"]!)).All(status => status == 401), "every service refuses the token", Ct, Promised);

        var again = await AskAsync(browser, verifier);
        var third = (await ExchangeAsync(again, verifier)).Expect(200).Json;
        IsInvalidGrant(await ExchangeAsync(again, verifier));
        IsInvalidGrant(await RefreshAsync((string)third["refresh_token"]!));

        var session = browser.Cookies.GetCookies(stack.Address).Single(cookie => cookie.Name == "insp1r-session");
        Assert.True(session.HttpOnly);
        await AssertInNoLogAsync(
            [email, Password, link.Query[(link.Query.IndexOf("token=", StringComparison.Ordinal) + 6)..], verifier, code, again, idToken, session.Value,
             .. ((JsonNode[])[first, second, third]).SelectMany(tokens => (string[])[(string)tokens["access_token"]!, (string)tokens["refresh_token"]!])]);
    }

    [Fact]
    public async Task G2_Guessing_LocksTheAccount_TellsNothing_AndIsInNoLog()
    {
        var stack = platform.Stack;
        var account = await DevelopmentAccount.OfAsync(stack, "contributor", Ct);
        var email = account.Email;
        using var owner = new PageBrowser(stack.Address);
        await account.SignInAsync(owner, Ct);
        using var thief = new PageBrowser(stack.Address);

        var wrong = (await thief.SignInAsync(email, WrongPassword, Ct)).Is(401);
        for (var i = 1; i < 5; i++)
            (await thief.SignInAsync(email, WrongPassword, Ct)).Is(401);
        var locked = (await thief.SignInAsync(email, Password, Ct)).Is(401);
        var unknown = (await thief.SignInAsync("nobody.at.all@example.org", WrongPassword, Ct)).Is(401);

        Assert.NotEqual("", wrong.Fault);
        Assert.Equal((wrong.Fault, wrong.Fault), (locked.Fault, unknown.Fault));
        // The owner, who is in, stays in.
        (await owner.GetAsync("/account", Ct)).Is(200);
        // A form that this browser was not shown does nothing, with its cookies or without.
        (await owner.PostBareAsync("/account/sign-out", Ct)).Is(400);
        (await owner.PostBareAsync("/account/sign-out", Ct, ("__RequestVerificationToken", "made-up"))).Is(400);
        (await owner.GetAsync("/account", Ct)).Is(200);
        await AssertInNoLogAsync([email, Password, WrongPassword, "nobody.at.all"]);
    }

    [Fact]
    public async Task G2_Pages_AreKeptByNobody_LoadNoCode_AndSayNothingToOthers()
    {
        using var browser = new PageBrowser(platform.Stack.Address);

        foreach (var (path, status) in ((string, int)[])
            [("/account/sign-in", 200), ("/account/forgotten", 200), ("/account", 302), ("/account/code", 302), ("/connect/authorize", 400), ($"/account/reset?account={Guid.NewGuid()}&token=x", 410)])
        {
            var page = (await browser.GetAsync(path, Ct)).Is(status);

            var policy = page.Headers["Content-Security-Policy"];
            Assert.All((string[])["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"], rule => Assert.Contains(rule, policy, StringComparison.Ordinal));
            Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
            Assert.Contains("no-store", page.Headers["Cache-Control"], StringComparison.Ordinal);
            Assert.Equal(("nosniff", "no-referrer"), (page.Headers["X-Content-Type-Options"], page.Headers["Referrer-Policy"]));
            Assert.DoesNotContain("Server", page.Headers.Keys);
            Assert.DoesNotContain("<script", page.Text, StringComparison.OrdinalIgnoreCase);
        }

        foreach (Cookie cookie in browser.Cookies.GetCookies(platform.Stack.Address))
            Assert.True(cookie.HttpOnly, cookie.Name);
    }

    private string Address(string verifier, params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = App,
            ["redirect_uri"] = RedirectUri,
            ["scope"] = "read openid offline_access",
            ["state"] = "state",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            query[name] = value;
        return "/connect/authorize?" + string.Join('&', query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!)}"));
    }

    private async Task<string> AskAsync(PageBrowser browser, string verifier)
    {
        (await browser.GetAsync(Address(verifier), Ct)).Is(200);
        return (await browser.PostAsync("/connect/authorize", Ct, ("answer", "allow"))).Is(302).Back["code"];
    }

    private Task<Answer> ExchangeAsync(string code, string verifier) =>
        TokenAsync(("grant_type", "authorization_code"), ("client_id", App), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", verifier));

    private Task<Answer> RefreshAsync(string token) => TokenAsync(("grant_type", "refresh_token"), ("client_id", App), ("refresh_token", token));

    private Task<Answer> TokenAsync(params (string Name, string Value)[] form) => platform.Stack.Anonymous.SendAsync(
        HttpMethod.Post, "/connect/token", new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))), Ct);

    private static void IsInvalidGrant(Answer answer) => Assert.Equal("invalid_grant", (string?)answer.Expect(400).Json["error"]);

    /// <summary>What each service says to this token.</summary>
    private async Task<int[]> StatusesAsync(string token)
    {
        var statuses = new List<int>();
        foreach (var path in (string[])["/api/v1/organisations?limit=1", "/api/v1/campaigns?limit=1", "/api/v1/events?limit=1"])
            statuses.Add((await platform.Stack.Anonymous.GetAsync(path, Ct, ("Authorization", $"Bearer {token}"))).Status);
        return [.. statuses];
    }

    private async Task AssertInNoLogAsync(IReadOnlyCollection<string> secrets)
    {
        // What the services said last is written, too.
        (await platform.Stack.Anonymous.GetAsync("/health/ready", Ct)).Expect(200);
        var files = Directory.GetFiles(Path.Combine(platform.Stack.StateFolder, "logs"));
        Assert.Contains(files, file => Path.GetFileName(file).Contains("membership", StringComparison.Ordinal) && new FileInfo(file).Length > 0);
        foreach (var file in files)
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            var text = await reader.ReadToEndAsync(Ct);
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
            Assert.All(secrets, secret => Assert.DoesNotContain(Uri.EscapeDataString(secret), text, StringComparison.OrdinalIgnoreCase));
        }
    }
}
