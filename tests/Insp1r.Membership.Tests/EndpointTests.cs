using Insp1r.Testing;

namespace Insp1r.Membership.Tests;

public sealed class EndpointTests(Shared shared)
{
    [Fact]
    public void G2_EveryEndpoint_SaysWhoMay_AndThoseForAllAreKnown()
    {
        Assert.Empty(EndpointRules.Without(shared.App.Services));
        Assert.Equal(
            [
                "/.well-known/jwks.json GET",
                "/.well-known/oauth-authorization-server GET",
                "/.well-known/openid-configuration GET",
                "/access/origins GET",
                "/access/withdrawn GET",
                "/account GET",
                "/account/code GET",
                "/account/code POST",
                "/account/data GET",
                "/account/forgotten GET",
                "/account/forgotten POST",
                "/account/invitation GET",
                "/account/invitation POST",
                "/account/language GET",
                "/account/password POST",
                "/account/provider POST",
                "/account/provider/callback GET",
                "/account/reset GET",
                "/account/reset POST",
                "/account/second-factor GET",
                "/account/second-factor POST",
                "/account/second-factor/begin POST",
                "/account/sessions/end POST",
                "/account/sign-in GET",
                "/account/sign-in POST",
                "/account/sign-out POST",
                "/account/style.css GET",
                "/account/{**rest} GET",
                "/api/v1/directory GET",
                "/connect/authorize GET",
                "/connect/authorize POST",
                "/connect/device POST",
                "/connect/end-session GET",
                "/connect/end-session POST",
                "/connect/introspection POST",
                "/connect/par POST",
                "/connect/revocation POST",
                "/connect/token POST",
                "/connect/userinfo GET",
                "/connect/userinfo POST",
                "/connect/verify GET",
                "/connect/verify POST",
                "/connect/verify/done GET",
                "/health/live",
                "/health/ready",
                "/openapi/{documentName}.json GET",
            ],
            EndpointRules.Open(shared.App.Services));
    }
}
