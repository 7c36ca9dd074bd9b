using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Insp1r.Gateway.Tests;

/// <summary>The gateway as it runs: its own Program and settings, Kestrel on a free port, before real services on theirs.</summary>
internal sealed class GatewayApp : WebApplicationFactory<Program>
{
    private readonly Dictionary<string, string> _settings;

    private GatewayApp(Dictionary<string, string> settings)
    {
        _settings = settings;
        UseKestrel(port: 0);
    }

    public HttpClient Client { get; private set; } = null!;
    public Uri Address => Client.BaseAddress!;

    /// <summary>Starts it before these services, and waits until it knows the keys. Settings are written as in the environment, with colons.</summary>
    public static async Task<GatewayApp> StartAsync(Platform platform, params (string Key, string Value)[] settings)
    {
        var app = Start(platform, settings);
        await Eventually.TrueAsync(async () => (await app.Client.GetAsync("/health/ready")).IsSuccessStatusCode, "the gateway is ready");
        return app;
    }

    /// <summary>Starts it while the service that issues tokens is away.</summary>
    public static async Task<GatewayApp> StartWithoutKeysAsync(Platform platform)
    {
        await platform.Membership.StopAsync();
        return Start(platform, []);
    }

    /// <summary>A client that leaves every answer as it came over the wire.</summary>
    public HttpClient NewClient() => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = ClientOptions.BaseAddress,
        Timeout = TimeSpan.FromSeconds(30),
    };

    private static GatewayApp Start(Platform platform, (string Key, string Value)[] settings)
    {
        var app = new GatewayApp(new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["services:membership:http:0"] = platform.Membership.Address,
            ["services:advocacy:http:0"] = platform.Advocacy.Address,
            ["services:communications:http:0"] = platform.Communications.Address,
            ["Authority:Issuer"] = Tokens.Issuer,
            // Many tests share one gateway and one address: only those of the limits themselves meet them.
            ["RateLimits:AnonymousPerSecond"] = "100000",
            ["RateLimits:AnonymousBurst"] = "100000",
            ["RateLimits:TokensPerSecond"] = "100000",
            ["RateLimits:TokensBurst"] = "100000",
        });
        foreach (var (key, value) in settings)
            app._settings[key] = value;

        app.StartServer();
        app.Client = app.NewClient();
        return app;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        foreach (var (key, value) in _settings)
            builder.UseSetting(key, value);
    }
}
