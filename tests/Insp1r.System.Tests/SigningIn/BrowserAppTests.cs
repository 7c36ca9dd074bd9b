using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>The example of docs/apps.md, as it stands there, in a real browser on another origin.</summary>
public sealed class BrowserAppTests(Platform platform)
{
    private const string Browser = "/usr/bin/chromium";
    private static readonly string Folder = Path.Combine(PlatformStack.Root, "docs", "examples", "browser-app");
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ExampleApp_SignsAPersonIn_ReadsTheApi_AndSignsOut()
    {
        var id = $"browser-{Guid.NewGuid():N}"[..30];
        var origin = $"http://127.0.0.1:{FreePort.Next()}";
        await using var site = await ServeAsync(origin, id);
        await RegisterAsync(id, origin);
        var account = await DevelopmentAccount.OfAsync(platform.Stack, "reader", Ct);
        using (var once = new PageBrowser(platform.Stack.Address))
            await account.SignInAsync(once, Ct);
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Browser,
            Args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await chromium.NewPageAsync();

        await page.GotoAsync(origin);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.FillAsync("input[name=email]", account.Email);
        await page.FillAsync("input[name=password]", DevelopmentAccount.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow" }).ClickAsync();

        await page.GetByText("Signed in: Development reader").WaitForAsync();
        Assert.Equal("", await page.TextContentAsync("#fault"));
        Assert.NotEqual(0, await page.Locator("#organisations li").CountAsync());
        Assert.Equal($"{origin}/", page.Url);

        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByText("Nobody is signed in.").WaitForAsync();
        await page.GotoAsync($"{platform.Stack.Address}account");
        Assert.EndsWith("/account/sign-in", page.Url, StringComparison.Ordinal);
    }

    /// <summary>The gateway lets the app's pages in without a restart.</summary>
    private async Task RegisterAsync(string id, string origin)
    {
        var steward = platform.Stack.As("steward");
        await Network.EnsureAsync(platform.Stack, Ct);
        (await steward.PostAsync("/api/v1/organisations", Network.Organisation(Network.Mali, $"Seen in a browser {id}"), Ct)).Expect(201);
        (await steward.PostAsync(
            "/api/v1/clients",
            new
            {
                clientId = id,
                kind = "app",
                description = "Browser app",
                redirectUris = (string[])["http://127.0.0.1/"],
                postLogoutRedirectUris = (string[])["http://127.0.0.1/"],
                origins = (string[])[origin],
                scopes = (string[])["read"],
            },
            Ct)).Expect(201);
        await Until.TrueAsync(
            async () => (await platform.Stack.Anonymous.SendAsync(
                HttpMethod.Options, "/api/v1/organisations", null, Ct, ("Origin", origin), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "authorization")))
                .Headers.GetValueOrDefault("Access-Control-Allow-Origin") == origin,
            "the gateway has heard of the app", Ct, Promised);
    }

    /// <summary>As any web server would; with the two settings of this installation.</summary>
    private async Task<WebApplication> ServeAsync(string origin, string clientId)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(origin);
        var site = builder.Build();
        site.MapGet("/", () => Results.File(Path.Combine(Folder, "index.html"), "text/html"));
        site.MapGet("/app.js", async (CancellationToken ct) => Results.Text(
            (await File.ReadAllTextAsync(Path.Combine(Folder, "app.js"), ct))
                .Replace("http://127.0.0.1:8080", platform.Stack.Address.ToString().TrimEnd('/'), StringComparison.Ordinal)
                .Replace("'browser-app'", $"'{clientId}'", StringComparison.Ordinal),
            "text/javascript"));
        await site.StartAsync(Ct);
        return site;
    }
}
