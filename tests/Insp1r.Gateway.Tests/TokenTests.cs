using System.Net;
using Microsoft.AspNetCore.Http;

namespace Insp1r.Gateway.Tests;

public sealed class TokenTests(SharedGateway shared)
{
    public static TheoryData<string> Refused =>
    [
        "expired", "another issuer", "another audience", "another type", "unknown key", "signed by another", "unsigned", "public key as secret",
        "changed grants", "not a token", "empty",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Token_NotOursOrNoLonger_Is401AndNoServiceHears(string kind)
    {
        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/announcements/guarded").With("Authorization", $"Bearer {Make(kind)}"));

        await response.IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.StartsWith("Bearer", response.Header("WWW-Authenticate"), StringComparison.Ordinal);
        Assert.Equal(0, shared.Platform.Communications.Heard("/api/v1/announcements/guarded"));
    }

    [Fact]
    public async Task Token_None_Is401AndNoServiceHears()
    {
        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/campaigns/guarded"));

        await response.IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal("Bearer", response.Header("WWW-Authenticate"));
        Assert.Equal(0, shared.Platform.Advocacy.Heard("/api/v1/campaigns/guarded"));
    }

    [Fact]
    public async Task Token_InTheAddress_IsNotTaken()
    {
        using var response = await shared.Gateway.SendAsync(Http.Request($"/api/v1/campaigns?access_token={shared.Platform.Tokens.Valid()}"));

        await response.IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Fact]
    public async Task Token_ServiceRefusesTheRole_Its403ComesThrough()
    {
        shared.Platform.Advocacy.On("/api/v1/campaigns/forbidden", async context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsJsonAsync(
                new { type = "/problems/outside-your-nodes", title = "Outside your nodes", status = 403, detail = "No grant here.", traceId = new string('a', 32) },
                options: null, contentType: "application/problem+json");
        });

        using var response = await shared.Gateway.SendAsync(Http.Request("/api/v1/campaigns/forbidden", shared.Platform.Tokens.Valid()));

        await response.IsProblemAsync(HttpStatusCode.Forbidden, "outside-your-nodes");
    }

    [Fact]
    public async Task Token_KeysNotYetKnown_Is503WithRetryAfter()
    {
        await using var platform = await Platform.StartAsync();
        var token = platform.Tokens.Valid();
        await using var gateway = await GatewayApp.StartWithoutKeysAsync(platform);

        using var ready = await gateway.SendAsync(Http.Request("/health/ready"));
        using var response = await gateway.SendAsync(Http.Request("/api/v1/campaigns", token));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "keys-missing");
        Assert.NotNull(response.Header("Retry-After"));
    }

    private string Make(string kind)
    {
        var tokens = shared.Platform.Tokens;
        return kind switch
        {
            "expired" => tokens.Expired(),
            "another issuer" => tokens.OfAnotherIssuer(),
            "another audience" => tokens.ForAnotherAudience(),
            "another type" => tokens.OfAnotherType(),
            "unknown key" => tokens.WithUnknownKey(),
            "signed by another" => tokens.SignedByAnotherUnderOurKeyId(),
            "unsigned" => tokens.Unsigned(),
            "public key as secret" => tokens.SignedWithThePublicKeyAsSecret(),
            "changed grants" => tokens.WithChangedGrants(),
            "not a token" => "x.y.z",
            _ => "",
        };
    }
}
