using Insp1r.Testing;

namespace Insp1r.Gateway.Tests;

public sealed class EndpointTests(SharedGateway shared)
{
    [Fact]
    public void G2_EveryEndpoint_SaysWhoMay_AndThoseForAllAreKnown()
    {
        Assert.Empty(EndpointRules.Without(shared.Gateway.Services));
        Assert.Equal(
            ["/.well-known/{**rest}", "/account/{**rest}", "/api/v1/directory", "/connect/{**rest}"],
            EndpointRules.Open(shared.Gateway.Services));
    }
}
