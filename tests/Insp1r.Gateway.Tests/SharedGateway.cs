[assembly: AssemblyFixture(typeof(Insp1r.Gateway.Tests.SharedGateway))]

namespace Insp1r.Gateway.Tests;

/// <summary>One gateway with the settings it ships with, for all tests that do not need other ones.</summary>
public sealed class SharedGateway : IAsyncLifetime
{
    internal Platform Platform { get; private set; } = null!;
    internal GatewayApp Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Platform = await Platform.StartAsync();
        Gateway = await GatewayApp.StartAsync(Platform);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Platform.DisposeAsync();
    }
}
