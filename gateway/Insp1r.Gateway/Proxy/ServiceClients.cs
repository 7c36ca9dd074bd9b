using Yarp.ReverseProxy.Forwarder;

namespace Insp1r.Gateway.Proxy;

/// <summary>The HTTP clients that the forwarder uses, one per cluster.</summary>
internal sealed class ServiceClients(ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = TimeSpan.FromSeconds(5);
        // Behind a service's one address there may be several replicas: new connections let a restarted one get its share.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        context.NewMetadata?.ContainsKey("Duplex") == true ? new DuplexHandler(handler) : handler;
}
