using System.Net;
using System.Net.Http.Json;

namespace Insp1r.Gateway.Tests;

public sealed class RoutingTests(SharedGateway shared)
{
    private GatewayApp Gateway => shared.Gateway;
    private string Token => shared.Platform.Tokens.Valid();

    [Theory]
    [InlineData("membership", "/api/v1/organisations")]
    [InlineData("membership", "/api/v1/organisations/0198/affiliations?limit=5&after=a%2Fb")]
    [InlineData("membership", "/api/v1/nodes/insp1r.africa.rw")]
    [InlineData("membership", "/api/v1/sync/batches")]
    [InlineData("membership", "/api/v1/clients")]
    [InlineData("membership", "/api/v1/changes/membership?after=x&wait=1")]
    [InlineData("membership", "/api/v1/operations/membership/readers")]
    [InlineData("advocacy", "/api/v1/target-bodies")]
    [InlineData("advocacy", "/api/v1/campaigns/0198")]
    [InlineData("advocacy", "/api/v1/demands")]
    [InlineData("advocacy", "/api/v1/outcomes/0198/contributions")]
    [InlineData("advocacy", "/api/v1/changes/advocacy")]
    [InlineData("advocacy", "/api/v1/operations/advocacy/dead-letters")]
    [InlineData("communications", "/api/v1/announcements")]
    [InlineData("communications", "/api/v1/events/0198")]
    [InlineData("communications", "/api/v1/changes/communications")]
    [InlineData("communications", "/api/v1/operations/communications/readers")]
    public async Task Routing_PathOfAService_ReachesItUnchanged(string service, string target)
    {
        var seen = await Gateway.SeenAsync(Http.Request(target, Token));

        Assert.Equal(service, seen.Service);
        Assert.Equal(Uri.UnescapeDataString(target), Uri.UnescapeDataString(seen.Target));
        Assert.Equal($"Bearer {Token.Split('.')[0]}", seen.Header("Authorization").Split('.')[0]);
    }

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/.well-known/openid-configuration")]
    public async Task Routing_AddressOfTheIssuer_IsOpenToAll(string target)
    {
        var seen = await Gateway.SeenAsync(Http.Request(target));

        Assert.Equal("membership", seen.Service);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/problems")]
    [InlineData("/problems/not-found")]
    [InlineData("/docs/index.html")]
    public async Task Routing_PageOfTheGateway_IsOpenToAll(string target)
    {
        using var response = await Gateway.SendAsync(Http.Request(target));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/nothing/here")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/changes/elsewhere")]
    [InlineData("/api/v1/operations/elsewhere/readers")]
    [InlineData("/api/v1/organisations-of-others")]
    [InlineData("/problems/of-no-name")]
    public async Task Routing_UnknownAddress_Is404(string target)
    {
        using var response = await Gateway.SendAsync(Http.Request(target, Token));

        await response.IsProblemAsync(HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Routing_BodyAndHeaders_ArriveAsSent()
    {
        var request = Http.Request("/api/v1/campaigns", Token, body: JsonContent.Create(new { name = "Café for all" }))
            .With("Idempotency-Key", "k-1").With("If-Match", "\"3\"");

        var seen = await Gateway.SeenAsync(request);

        Assert.Equal("POST", seen.Method);
        Assert.Contains("Caf", seen.Body, StringComparison.Ordinal);
        Assert.Equal(["k-1", "\"3\""], [seen.Header("Idempotency-Key"), seen.Header("If-Match")]);
        Assert.StartsWith("application/json", seen.Header("Content-Type"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routing_ClaimsAboutTheSender_AreNotBelieved()
    {
        var request = Http.Request("/api/v1/organisations", Token)
            .With("X-Forwarded-For", "6.6.6.6").With("X-Forwarded-Proto", "https").With("X-Forwarded-Host", "evil.test").With("X-Forwarded-Prefix", "/evil")
            .With("Forwarded", "for=6.6.6.6").With("X-Real-IP", "6.6.6.6").With("X-Original-For", "6.6.6.6");

        var seen = await Gateway.SeenAsync(request);

        Assert.Equal("127.0.0.1", seen.Header("X-Forwarded-For"));
        Assert.Equal("http", seen.Header("X-Forwarded-Proto"));
        Assert.Equal(Gateway.Address.Authority, seen.Header("X-Forwarded-Host"));
        Assert.DoesNotContain(seen.Headers, header => header.Value.Contains("6.6.6.6", StringComparison.Ordinal) || header.Value.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Routing_BehindATrustedProxy_ItsWordOnTheSenderIsPassedOn()
    {
        await using var gateway = await GatewayApp.StartAsync(shared.Platform, ("TrustedProxies:0", "127.0.0.0/8"));

        var seen = await gateway.SeenAsync(Http.Request("/api/v1/organisations", Token).With("X-Forwarded-For", "6.6.6.6, 203.0.113.7").With("X-Forwarded-Proto", "https"));

        Assert.Equal("203.0.113.7", seen.Header("X-Forwarded-For"));
        Assert.Equal("https", seen.Header("X-Forwarded-Proto"));
    }

    [Fact]
    public async Task Routing_TraceOfTheClient_GoesOnInTheService()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";

        var seen = await Gateway.SeenAsync(Http.Request("/api/v1/outcomes", Token).With("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        var parent = seen.Header("traceparent").Split('-');
        Assert.Equal(Trace, parent[1]);
        Assert.NotEqual("b7ad6b7169203331", parent[2]);
    }

    [Fact]
    public async Task Routing_TraceOfTheClient_GoesOnInASync()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319d";

        var seen = await Gateway.SeenAsync(
            Http.Request("/api/v1/sync/batches", Token, body: new StringContent("{}\n")).With("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        var parent = Assert.Single(seen.Header("traceparent").Split(','));
        Assert.Equal(Trace, parent.Split('-')[1]);
        Assert.NotEqual("b7ad6b7169203331", parent.Split('-')[2]);
    }

    [Fact]
    public async Task Routing_TwoLengthsForOneBody_CannotHideARequest()
    {
        await using var raw = await RawConnection.OpenAsync(Gateway.Address);

        await raw.SendAsync(
            $"POST /api/v1/demands/two-lengths HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Token}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\nGET /api/v1/demands/hidden HTTP/1.1\r\nHost: x\r\n\r\n");
        var answers = await raw.ReadToQuietAsync();

        // It may be refused, or its chunks taken as the truth; what follows them is then a request of its own, without a token, or dropped.
        Assert.InRange(shared.Platform.Advocacy.Heard("/api/v1/demands/two-lengths"), 0, 1);
        Assert.Equal(0, shared.Platform.Advocacy.Heard("/api/v1/demands/hidden"));
        Assert.Matches("^HTTP/1.1 (400|200)", answers);
    }

    [Fact]
    public async Task Readiness_ServicesDownButKeysKnown_StaysReady()
    {
        await using var platform = await Platform.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);

        await platform.Membership.StopAsync();
        await platform.Advocacy.StopAsync();

        using var response = await gateway.SendAsync(Http.Request("/health/ready"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
