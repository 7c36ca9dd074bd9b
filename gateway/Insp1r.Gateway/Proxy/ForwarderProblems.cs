using Insp1r.ServiceDefaults.Problems;
using Yarp.ReverseProxy.Forwarder;

namespace Insp1r.Gateway.Proxy;

/// <summary>Turns a failure to reach a service into a problem that a client can act on, unless it has gone or has part of an answer.</summary>
internal sealed partial class ForwarderProblems(RequestDelegate next, ILogger<ForwarderProblems> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        var forwarding = next(context);
        return forwarding.IsCompletedSuccessfully && context.GetForwarderErrorFeature() is null ? Task.CompletedTask : FinishAsync(context, forwarding);
    }

    private async Task FinishAsync(HttpContext context, Task forwarding)
    {
        await forwarding;
        if (context.GetForwarderErrorFeature() is not { } failure || context.RequestAborted.IsCancellationRequested)
            return;

        Log.NotForwarded(logger, failure.Error, context.GetReverseProxyFeature().Cluster.Config.ClusterId, Cause(failure.Exception));
        if (context.Response.HasStarted)
            return;

        var problem = failure.Error switch
        {
            ForwarderError.RequestTimedOut => GatewayErrors.Timeout.ToProblem(
                "The service took too long. It may have done what you asked: try again with the same Idempotency-Key."),
            ForwarderError.RequestBodyClient => OfBody(context.Response.StatusCode),
            ForwarderError.RequestBodyDestination when context.Response.StatusCode == StatusCodes.Status504GatewayTimeout => GatewayErrors.Timeout.ToProblem(
                "The service stopped reading the request. It may have done part of what you asked: try again with the same Idempotency-Key."),
            ForwarderError.ResponseHeaders or ForwarderError.ResponseBodyDestination => GatewayErrors.BadAnswer.ToProblem(
                "The service's answer broke off or could not be passed on. Try again with the same Idempotency-Key."),
            _ => Unavailable(context),
        };
        await problem.ExecuteAsync(context);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Unavailable(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return CommonErrors.Unavailable.ToProblem("The service behind this address does not answer. Try again in a moment, with the same Idempotency-Key.");
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult OfBody(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => GatewayErrors.TooLarge.ToProblem("The request is larger than this address takes."),
        StatusCodes.Status408RequestTimeout => GatewayErrors.TooSlow.ToProblem("The request arrived too slowly."),
        _ => CommonErrors.BadRequest.ToProblem("The request's body broke off or is not framed as HTTP asks."),
    };

    private static string Cause(Exception? exception)
    {
        while (exception?.InnerException is { } inner)
            exception = inner;
        return exception?.Message ?? "no destination";
    }

    private static partial class Log
    {
        [LoggerMessage(401, LogLevel.Warning, "{Error} while forwarding to {Cluster}: {Cause}")]
        public static partial void NotForwarded(ILogger logger, ForwarderError error, string cluster, string cause);
    }
}
