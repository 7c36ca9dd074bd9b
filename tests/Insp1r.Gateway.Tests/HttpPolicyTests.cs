using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;

namespace Insp1r.Gateway.Tests;

/// <summary>Security headers, CORS and compression.</summary>
public sealed class HttpPolicyTests(SharedGateway shared)
{
    private string Token => shared.Platform.Tokens.Valid();

    [Theory]
    [InlineData("/api/v1/organisations")]
    [InlineData("/nothing")]
    [InlineData("/health/live")]
    [InlineData("/connect/token")]
    [InlineData("/problems")]
    [InlineData("/docs/index.html")]
    [InlineData("/docs/swagger-ui-bundle.js")]
    public async Task SecurityHeaders_OnEveryAnswer(string target)
    {
        using var response = await shared.Gateway.SendAsync(Http.Request(target, Token));

        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", response.Header("Referrer-Policy"));
        Assert.Contains("frame-ancestors 'none'", response.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", response.Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.NotNull(response.Header("Cache-Control"));
        Assert.Null(response.Header("Strict-Transport-Security"));
        Assert.Null(response.Header("Server"));
    }

    [Fact]
    public async Task SecurityHeaders_OverHttps_DemandHttpsFromThenOn()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("TrustedProxies:0", "127.0.0.0/8"));

        using var response = await gateway.SendAsync(Http.Request("/").With("X-Forwarded-Proto", "https"));

        Assert.StartsWith("max-age=", response.Header("Strict-Transport-Security"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecurityHeaders_ServicesOwnPolicy_IsKept()
    {
        shared.Platform.Communications.On("/api/v1/events/own", context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return context.Response.WriteAsync("{}");
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/events/own", Token));

        Assert.Equal("no-store", response.Header("Cache-Control"));
        Assert.Equal("nosniff", response.Header("X-Content-Type-Options"));
    }

    [Fact]
    public async Task Cors_ByDefault_NoOriginMayRead()
    {
        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/organisations", Token).With("Origin", "https://app.example.org"));

        Assert.Null(response.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Cors_OriginOfARegisteredApp_MayAsk_WithoutARestart()
    {
        const string Origin = "https://registered.example.org";
        await using var platform = await Platform.StartAsync();
        var registered = false;
        platform.Membership.On("/access/origins", context => context.Response.WriteAsJsonAsync(registered ? (string[])[Origin] : []));
        await using var gateway = await GatewayApp.StartAsync(platform);
        Assert.Null(await AllowedAsync());

        registered = true;

        await Eventually.TrueAsync(async () => await AllowedAsync() == Origin, "the gateway has heard of the app");

        async Task<string?> AllowedAsync()
        {
            using var preflight = await gateway.SendAsync(Http.Request("/api/v1/organisations", method: HttpMethod.Options)
                .With("Origin", Origin).With("Access-Control-Request-Method", "GET").With("Access-Control-Request-Headers", "authorization"));
            return preflight.Header("Access-Control-Allow-Origin");
        }
    }

    [Fact]
    public async Task Cors_ListedOrigin_MayAskAndRead()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("Cors:Origins:0", "https://app.example.org"));

        using var preflight = await gateway.SendAsync(Http.Request("/api/v1/organisations", method: HttpMethod.Options)
            .With("Origin", "https://app.example.org").With("Access-Control-Request-Method", "PATCH").With("Access-Control-Request-Headers", "authorization,if-match"));
        using var request = await gateway.SendAsync(Http.Request("/api/v1/organisations", Token).With("Origin", "https://app.example.org"));
        using var refused = await gateway.SendAsync(Http.Request("/api/v1/organisations").With("Origin", "https://app.example.org"));
        using var other = await gateway.SendAsync(Http.Request("/api/v1/organisations", Token).With("Origin", "https://other.example.org"));

        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal("https://app.example.org", preflight.Header("Access-Control-Allow-Origin"));
        Assert.Contains("PATCH", preflight.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("if-match", preflight.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("https://app.example.org", request.Header("Access-Control-Allow-Origin"));
        Assert.Contains("ETag", request.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Null(request.Header("Access-Control-Allow-Credentials"));
        // A browser must be able to read why it was refused.
        Assert.Equal("https://app.example.org", refused.Header("Access-Control-Allow-Origin"));
        Assert.Null(other.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("gzip", "application/json")]
    [InlineData("br", "application/json")]
    [InlineData("gzip", "application/x-ndjson")]
    [InlineData("br", "application/problem+json")]
    public async Task Compression_LargeAnswerOfAService_IsPacked(string encoding, string type)
    {
        var text = string.Concat(Enumerable.Range(0, 5_000).Select(line => $"{{\"line\":{line}}}\n"));
        var path = $"/api/v1/events/large-{encoding}-{type.Length}";
        shared.Platform.Communications.On(path, context =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync(text);
        });

        using var response = await shared.Gateway.SendAsync(Http.Request(path, Token).With("Accept-Encoding", encoding));
        var packed = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal(encoding, response.Header("Content-Encoding"));
        Assert.Contains("Accept-Encoding", response.Header("Vary"), StringComparison.OrdinalIgnoreCase);
        Assert.True(packed.Length < text.Length / 3);
        using Stream stream = encoding == "br" ? new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress) : new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        Assert.Equal(text, await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Compression_SmallAnswer_IsLeftAlone(bool withLength)
    {
        var path = $"/api/v1/events/small-{withLength}";
        shared.Platform.Communications.On(path, context =>
        {
            context.Response.ContentType = "application/json";
            if (withLength)
                context.Response.ContentLength = 2;
            return context.Response.WriteAsync("{}");
        });

        using var response = await shared.Gateway.SendAsync(Http.Request(path, Token).With("Accept-Encoding", "br, gzip"));

        Assert.Null(response.Header("Content-Encoding"));
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Compression_NotAskedFor_NothingIsPacked()
    {
        shared.Platform.Communications.On("/api/v1/events/plain", context => context.Response.WriteAsJsonAsync(new { text = new string('x', 10_000) }));

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/events/plain", Token));

        Assert.Null(response.Header("Content-Encoding"));
        Assert.Equal(10_000, (await response.Content.ReadFromJsonAsync<Dictionary<string, string>>(TestContext.Current.CancellationToken))!["text"].Length);
    }

    [Fact]
    public async Task Compression_LinesOfAFeed_AreNotHeldBack()
    {
        var next = new SemaphoreSlim(0);
        shared.Platform.Communications.On("/api/v1/events/lines", async context =>
        {
            context.Response.ContentType = "application/x-ndjson";
            for (var line = 0; line < 3; line++)
            {
                await context.Response.WriteAsync($"{{\"line\":{line}}}\n");
                await context.Response.Body.FlushAsync();
                await next.WaitAsync(context.RequestAborted);
            }
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/events/lines", Token).With("Accept-Encoding", "br"));
        Assert.Equal("br", response.Header("Content-Encoding"));
        await using var packed = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(new BrotliStream(packed, CompressionMode.Decompress));

        for (var line = 0; line < 3; line++)
        {
            Assert.Equal($"{{\"line\":{line}}}", await reader.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
            next.Release();
        }

        Assert.Null(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Compression_NotChangedAndNoContent_StayEmpty()
    {
        shared.Platform.Communications.On("/api/v1/events/known", context =>
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            context.Response.Headers.ETag = "\"7\"";
            return Task.CompletedTask;
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/events/known", Token).With("Accept-Encoding", "br").With("If-None-Match", "\"7\""));

        Assert.Equal(HttpStatusCode.NotModified, response.StatusCode);
        Assert.Equal("\"7\"", response.Header("ETag"));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
