using Insp1r.Testing;

namespace Insp1r.Communications.Tests;

public sealed class EndpointTests(Shared shared)
{
    [Fact]
    public void G2_EveryEndpoint_SaysWhoMay_AndThoseForAllAreKnown()
    {
        Assert.Empty(EndpointRules.Without(shared.App.Services));
        Assert.Equal(["/health/live", "/health/ready", "/openapi/{documentName}.json GET"], EndpointRules.Open(shared.App.Services));
    }
}
