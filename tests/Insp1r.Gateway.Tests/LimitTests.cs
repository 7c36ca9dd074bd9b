using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Insp1r.Gateway.Tests;

public sealed class LimitTests(SharedGateway shared)
{
    private const int MiB = 1 << 20;
    private Tokens Tokens => shared.Platform.Tokens;

    [Fact]
    public async Task RateLimit_BurstSpent_Is429ForThatClientAlone()
    {
        // One a minute and more would be refilled while the test runs on a slow machine.
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("RateLimits:PerSecond", "1"), ("RateLimits:Burst", "5"));
        var (wild, calm) = (Tokens.Valid("wild"), Tokens.Valid("calm"));

        var statuses = new List<HttpResponseMessage>();
        for (var i = 0; i < 40; i++)
            statuses.Add(await gateway.SendAsync(Http.Request("/api/v1/campaigns", wild)));
        using var other = await gateway.SendAsync(Http.Request("/api/v1/campaigns", calm));

        Assert.All(statuses.Take(5), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal("\"client\";q=5;w=5", statuses[0].Header("RateLimit-Policy"));
        Assert.Equal("\"client\";r=4", statuses[0].Header("RateLimit"));
        var refused = statuses.Last();
        await refused.IsProblemAsync(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 2);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task RateLimit_AfterTheWaitItNames_LetsThroughAgain()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("RateLimits:PerSecond", "20"), ("RateLimits:Burst", "1"));
        var token = Tokens.Valid("patient");
        var refused = false;

        await Eventually.TrueAsync(
            async () => refused |= (await gateway.SendAsync(Http.Request("/api/v1/campaigns", token))).StatusCode == HttpStatusCode.TooManyRequests, "one is refused");
        await Eventually.TrueAsync(
            async () => (await gateway.SendAsync(Http.Request("/api/v1/campaigns", token))).StatusCode == HttpStatusCode.OK, "one is let through again");
    }

    [Fact]
    public async Task RateLimit_BadTokens_CountForTheAddress()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("RateLimits:AnonymousPerSecond", "1"), ("RateLimits:AnonymousBurst", "5"));

        HttpResponseMessage? last = null;
        for (var i = 0; i < 40; i++)
            last = await gateway.SendAsync(Http.Request("/api/v1/campaigns", Tokens.WithUnknownKey()));
        using var withToken = await gateway.SendAsync(Http.Request("/api/v1/campaigns", Tokens.Valid()));
        using var health = await gateway.SendAsync(Http.Request("/health/ready"));

        await last!.IsProblemAsync(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.Equal(HttpStatusCode.OK, withToken.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task RateLimit_FilesOfTheDocs_CountAsWell()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("RateLimits:AnonymousPerSecond", "1"), ("RateLimits:AnonymousBurst", "5"));

        HttpResponseMessage? last = null;
        for (var i = 0; i < 40; i++)
            last = await gateway.SendAsync(Http.Request("/docs/index.html"));

        await last!.IsProblemAsync(HttpStatusCode.TooManyRequests, "rate-limited");
    }

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/Connect/Token")]
    [InlineData("/connect/token/")]
    [InlineData("/account/sign-in")]
    [InlineData("/Account/code")]
    public async Task RateLimit_WhatMayBeAGuess_IsLimitedMoreStrictly_ATokenBuysNoMore(string target)
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("RateLimits:TokensPerSecond", "1"), ("RateLimits:TokensBurst", "3"));

        HttpResponseMessage? last = null;
        for (var i = 0; i < 40; i++)
            last = await gateway.SendAsync(Http.Request(target, i % 2 == 0 ? null : Tokens.Valid("guesser"), HttpMethod.Post));
        using var keys = await gateway.SendAsync(Http.Request("/.well-known/jwks.json"));

        await last!.IsProblemAsync(HttpStatusCode.TooManyRequests, "rate-limited");
        Assert.Equal(HttpStatusCode.OK, keys.StatusCode);
    }

    [Fact]
    public async Task AtOnce_TooManyOfOneClient_Is429AndOthersGoOn()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("RateLimits:AtOnce", "3"));
        using var waiting = Hold(shared.Platform.Advocacy, "/api/v1/campaigns/held");
        var held = Enumerable.Range(0, 3).Select(_ => gateway.SendAsync(Http.Request("/api/v1/campaigns/held", Tokens.Valid("waiting")))).ToList();
        await Eventually.TrueAsync(() => waiting.Entered == 3, "three wait");

        using var fourth = await gateway.SendAsync(Http.Request("/api/v1/campaigns", Tokens.Valid("waiting")));
        using var other = await gateway.SendAsync(Http.Request("/api/v1/campaigns", Tokens.Valid("other")));
        waiting.Release();
        await Task.WhenAll(held);

        await fourth.IsProblemAsync(HttpStatusCode.TooManyRequests, "too-many-at-once");
        Assert.Equal("1", fourth.Header("Retry-After"));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        await Eventually.TrueAsync(
            async () => (await gateway.SendAsync(Http.Request("/api/v1/campaigns", Tokens.Valid("waiting")))).StatusCode == HttpStatusCode.OK, "places are free again");
    }

    [Fact]
    public async Task AtOnce_ThirdSyncOfOneClient_Is429()
    {
        using var waiting = Hold(shared.Platform.Membership, "/api/v1/sync/held");
        var held = Enumerable.Range(0, 2).Select(_ => shared.Gateway.SendAsync(Sync("/api/v1/sync/held", "busy", "{}\n"))).ToList();
        await Eventually.TrueAsync(() => waiting.Entered == 2, "two are under way");

        using var third = await shared.Gateway.SendAsync(Sync("/api/v1/sync/held", "busy", "{}\n"));
        using var reading = await shared.Gateway.SendAsync(Http.Request("/api/v1/sync/batches", Tokens.Valid("busy")));
        using var other = await shared.Gateway.SendAsync(Sync("/api/v1/sync/batches", "other", "{}\n"));
        waiting.Release();
        await Task.WhenAll(held);

        await third.IsProblemAsync(HttpStatusCode.TooManyRequests, "too-many-at-once");
        Assert.Equal(HttpStatusCode.OK, reading.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData("RateLimits:PerSecond", "0")]
    [InlineData("RateLimits:SyncsAtOnce", "-1")]
    public async Task RateLimits_SettingOutOfBounds_StopsTheStart(string key, string value)
    {
        var start = () => GatewayApp.StartAsync(shared.Platform, (key, value));

        var error = await Assert.ThrowsAsync<OptionsValidationException>(start);
        Assert.Contains(key.Split(':')[1], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Size_AnnouncedTooLarge_Is413AndNoServiceHears()
    {
        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/outcomes/large", Tokens.Valid(), body: new ByteArrayContent(new byte[8 * MiB])));

        await response.IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too-large");
        Assert.Equal(0, shared.Platform.Advocacy.Heard("/api/v1/outcomes/large"));
    }

    [Fact]
    public async Task Size_TooLargeWithoutSayingSo_Is413()
    {
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync($"POST /api/v1/outcomes/larger HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Tokens.Valid()}\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (var sent = 0; sent < MiB; sent += MiB / 16)
            await raw.SendChunkAsync(new string('x', MiB / 16));
        await raw.SendChunkAsync("x");

        Assert.StartsWith("HTTP/1.1 413", await raw.ReadUntilAsync("/problems/too-large"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Size_JustSmallEnough_GoesThrough()
    {
        var seen = await shared.Gateway.SeenAsync(Http.Request("/api/v1/outcomes", Tokens.Valid(), body: new StringContent(new string('x', MiB))));

        Assert.Equal(MiB, seen.Body.Length);
    }

    [Fact]
    public async Task Size_SyncOfManyMebibytes_GoesThrough()
    {
        long received = 0;
        shared.Platform.Membership.On("/api/v1/sync/large", async context =>
        {
            var buffer = new byte[64 * 1024];
            for (var read = await context.Request.Body.ReadAsync(buffer); read > 0; read = await context.Request.Body.ReadAsync(buffer))
                received += read;
            await context.Response.WriteAsync("done");
        });
        var request = Http.Request("/api/v1/sync/large", Tokens.Valid("large"), body: new StreamContent(new MemoryStream(new byte[40 * MiB])));

        using var response = await shared.Gateway.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(40 * MiB, received);
    }

    [Fact]
    public async Task Size_SyncAnnouncedAboveItsLimit_Is413()
    {
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync($"POST /api/v1/sync/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Tokens.Valid()}\r\nContent-Length: {(1L << 30) + 1}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413", await raw.ReadUntilAsync("/problems/too-large"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("organisations")]
    [InlineData("nodes")]
    public async Task Size_FileOfADocument_HasTenMebibytesWithItsFramesAndNoMore(string kind)
    {
        var path = $"/api/v1/{kind}/0198/documents/0199/file";
        long received = 0;
        shared.Platform.Membership.On(path, async context =>
        {
            var buffer = new byte[64 * 1024];
            for (var read = await context.Request.Body.ReadAsync(buffer); read > 0; read = await context.Request.Body.ReadAsync(buffer))
                received += read;
            await context.Response.WriteAsync("done");
        });

        using var whole = await shared.Gateway.SendAsync(Http.Request(path, Tokens.Valid("files"), HttpMethod.Put, new ByteArrayContent(new byte[10 * MiB])));
        using var larger = await shared.Gateway.SendAsync(Http.Request(path, Tokens.Valid("files"), HttpMethod.Put, new ByteArrayContent(new byte[(10 * MiB) + (64 << 10) + 1])));

        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        var problem = await larger.IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too-large");
        Assert.Equal("At most 10 MiB here.", (string?)problem["detail"]);
        Assert.Equal(10 * MiB, received);
    }

    [Fact]
    public async Task AtOnce_ThirdFileOfOneClient_Is429_AndReadingGoesOn()
    {
        const string Path = "/api/v1/nodes/0198/documents/held/file";
        using var waiting = Hold(shared.Platform.Membership, Path);
        var held = Enumerable.Range(0, 2).Select(_ => shared.Gateway.SendAsync(Http.Request(Path, Tokens.Valid("filing"), HttpMethod.Put, new StringContent("x")))).ToList();
        await Eventually.TrueAsync(() => waiting.Entered == 2, "two are under way");

        using var third = await shared.Gateway.SendAsync(Http.Request(Path, Tokens.Valid("filing"), HttpMethod.Put, new StringContent("x")));
        using var reading = await shared.Gateway.SendAsync(Http.Request("/api/v1/nodes/0198/documents/other/file", Tokens.Valid("filing")));
        waiting.Release();
        await Task.WhenAll(held);

        await third.IsProblemAsync(HttpStatusCode.TooManyRequests, "too-many-at-once");
        Assert.Equal(HttpStatusCode.OK, reading.StatusCode);
    }

    [Fact]
    public async Task Slowness_HeadersTrickle_ConnectionIsClosed()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("Kestrel:Limits:RequestHeadersTimeout", "00:00:01"));
        await using var raw = await RawConnection.OpenAsync(gateway.Address);

        await raw.SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ");

        Assert.StartsWith("HTTP/1.1 408", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slowness_BodyTrickles_IsCutOffButNotOnSync()
    {
        await using var gateway = await GatewayApp.StartAsync(
            shared.Platform, ("Kestrel:Limits:MinRequestBodyDataRate:BytesPerSecond", "100000"), ("Kestrel:Limits:MinRequestBodyDataRate:GracePeriod", "00:00:01.1"));
        await using var ordinary = await RawConnection.OpenAsync(gateway.Address);
        await using var sync = await RawConnection.OpenAsync(gateway.Address);
        var head = $"HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Tokens.Valid("slow")}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";

        await sync.SendAsync($"POST /api/v1/sync/batches {head}");
        await sync.SendChunkAsync("{\"first\":1}\n");
        await ordinary.SendAsync($"POST /api/v1/outcomes {head}");
        await ordinary.SendChunkAsync("{");
        var cutOff = await ordinary.ReadToEndAsync();
        await sync.SendChunkAsync("{\"second\":2}\n");
        await sync.SendAsync("0\r\n\r\n");
        var synced = await sync.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 408", cutOff, StringComparison.Ordinal);
        Assert.Contains("/problems/too-slow", cutOff, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", synced, StringComparison.Ordinal);
        Assert.Contains("second", synced, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_TooMany_AreRefused()
    {
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync($"GET / HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 80).Select(i => $"X-{i}: y\r\n"))}\r\n");

        Assert.StartsWith("HTTP/1.1 431", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private HttpRequestMessage Sync(string path, string client, string lines)
    {
        var request = Http.Request(path, Tokens.Valid(client), body: new StringContent(lines));
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        return request;
    }

    private static Held Hold(Service service, string path)
    {
        var held = new Held();
        service.On(path, held.AnswerAsync);
        return held;
    }

    /// <summary>An address that answers when the test says so.</summary>
    private sealed class Held : IDisposable
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _entered;

        public int Entered => Volatile.Read(ref _entered);

        public void Release() => _released.TrySetResult();

        public void Dispose() => Release();

        public async Task AnswerAsync(HttpContext context)
        {
            Interlocked.Increment(ref _entered);
            await _released.Task;
            await context.Response.WriteAsync("{}");
        }
    }
}
