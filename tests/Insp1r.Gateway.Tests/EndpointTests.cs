using Insp1r.Testing;

namespace Insp1r.Gateway.Tests;

public sealed class EndpointTests(SharedGateway shared)
{
    [Fact]
    public void G2_EveryEndpoint_SaysWhoMay_AndThoseForAllAreKnown()
    {
        Assert.Empty(EndpointRules.Without(shared.Gateway.Services));
        Assert.Equal(
            ["/ GET", "/.well-known/{**rest}", "/account/{**rest}", "/api/v1/directory", "/connect/{**rest}", "/health/live", "/health/ready", "/openapi/v1.json GET", "/openapi/{documentName}.json GET", "/problems GET", "/problems/{name} GET"],
            EndpointRules.Open(shared.Gateway.Services));
    }
}
