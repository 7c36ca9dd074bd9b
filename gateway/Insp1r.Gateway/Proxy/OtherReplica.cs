using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Insp1r.Gateway.Proxy;

/// <summary>
/// Asks another replica where the first does not answer a GET or HEAD: once, and only while nothing of an answer has been passed on.
/// What changes something is never sent twice: only its client knows, by the Idempotency-Key, that it is the same. Stands behind the
/// load balancer.
/// </summary>
internal sealed class OtherReplica(RequestDelegate next, Replicas replicas)
{
    public Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        return proxy.AllDestinations.Count == 1 ? next(context) : AskAsync(context, proxy);
    }

    private async Task AskAsync(HttpContext context, IReverseProxyFeature proxy)
    {
        if (!MayBeRepeated(context))
        {
            await next(context);
            NoteFailure(context, proxy);
            return;
        }

        var first = proxy.AvailableDestinations[0];
        var client = context.RequestAborted;
        using (var attempt = CancellationTokenSource.CreateLinkedTokenSource(client))
        await using (replicas.Silence(first).Register(() => GiveUp(context, attempt)))
        {
            context.RequestAborted = attempt.Token;
            await next(context);
            context.RequestAborted = client;
        }

        NoteFailure(context, proxy);
        if (client.IsCancellationRequested
            || context.Response.HasStarted
            || context.GetForwarderErrorFeature()?.Error is not (ForwarderError.Request or ForwarderError.RequestCanceled))
            return;

        context.Features.Set<IForwarderErrorFeature>(null);
        context.Response.StatusCode = StatusCodes.Status200OK;
        proxy.AvailableDestinations = proxy.AllDestinations.Where(replica => replica != first).OrderByDescending(Replicas.Answers).First();
        await next(context);
        NoteFailure(context, proxy);
    }

    private static bool MayBeRepeated(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    private static void GiveUp(HttpContext context, CancellationTokenSource attempt)
    {
        if (!context.Response.HasStarted)
            attempt.Cancel();
    }

    private void NoteFailure(HttpContext context, IReverseProxyFeature proxy)
    {
        var failure = (context.GetForwarderErrorFeature()?.Exception as HttpRequestException)?.HttpRequestError;
        if (failure is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            && proxy is { ProxiedDestination: { } replica, Route.Cluster: { } cluster })
            replicas.NotReached(cluster, replica);
    }
}
