using System.Globalization;
using Insp1r.Gateway.Proxy;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Gateway.Limits;

/// <summary>
/// A rate and a number of requests at once for each client. It stands behind the token check, so that it knows the client, and before
/// the access rules, so that refused requests count as well.
/// </summary>
internal sealed class RateLimits(RequestDelegate next, Budgets budgets, TimeProvider clock)
{
    public Task InvokeAsync(HttpContext context)
    {
        var client = Caller.Of(context.User).Id;
        Rate rate;
        Budget budget;
        if (MayBeAGuess(context.Request))
        {
            (rate, budget) = (budgets.Token, budgets.OfAddress(context.Connection.RemoteIpAddress, token: true));
        }
        else if (client.Length > 0)
        {
            (rate, budget) = (budgets.Client, budgets.OfClient(client));
        }
        else if (context.GetEndpoint() is not null && context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return next(context);
        }
        else
        {
            (rate, budget) = (budgets.Anonymous, budgets.OfAddress(context.Connection.RemoteIpAddress, token: false));
        }

        var headers = context.Response.Headers;
        var allowed = budget.TryTake(rate, clock.GetTimestamp(), out var left, out var wait);
        headers["RateLimit-Policy"] = rate.Policy;
        if (!allowed)
        {
            var seconds = Math.Max(1, (wait + clock.TimestampFrequency - 1) / clock.TimestampFrequency);
            headers["RateLimit"] = $"\"{rate.Name}\";r=0;t={seconds}";
            return Refuse(context, seconds, GatewayErrors.RateLimited, "Too many requests for the moment: wait as long as Retry-After says.");
        }

        headers["RateLimit"] = $"\"{rate.Name}\";r={left}";
        var sync = context.GetEndpoint()?.Metadata.GetMetadata<StreamedUpload>() is not null && !HttpMethods.IsGet(context.Request.Method);
        var gate = sync ? budget.Syncs : budget.Requests;
        return gate.TryEnter(sync ? budgets.Options.SyncsAtOnce : budgets.Options.AtOnce)
            ? LeaveAtEnd(gate, next(context))
            : Refuse(context, sync ? 5 : 1, GatewayErrors.TooManyAtOnce, sync
                ? $"{budgets.Options.SyncsAtOnce} sync batches or files of this client are under way: send the next when one has ended."
                : $"{budgets.Options.AtOnce} requests of this client are under way: wait for some to end.");
    }

    // Secrets, passwords and codes are tried out here. A token at hand buys no more tries.
    private static bool MayBeAGuess(HttpRequest request) => request.Path.StartsWithSegments("/connect/token", StringComparison.OrdinalIgnoreCase)
        || (HttpMethods.IsPost(request.Method)
            && (request.Path.StartsWithSegments("/account", StringComparison.OrdinalIgnoreCase) || request.Path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase)));

    private static async Task LeaveAtEnd(Gate gate, Task request)
    {
        try
        {
            await request;
        }
        finally
        {
            gate.Leave();
        }
    }

    private static Task Refuse(HttpContext context, long seconds, Error error, string detail)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return error.ToProblem(detail).ExecuteAsync(context);
    }
}
