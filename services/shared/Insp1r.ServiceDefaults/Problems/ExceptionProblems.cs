using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Insp1r.ServiceDefaults.Problems;

/// <summary>
/// The one place that turns an exception into an answer: a request that cannot be read is the client's fault (400, with the
/// field), an unreachable database is a pause (503), anything else is ours (500) and stays an exception in the log.
/// </summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = exception switch
        {
            BadHttpRequestException { InnerException: JsonException json } => BadJson(json),
            BadHttpRequestException bad => ExpectedValue.Refuse(bad.Message)
                ?? new Error(bad.StatusCode, NameOf(bad.StatusCode), ReasonPhrases.GetReasonPhrase(bad.StatusCode)).ToProblem(bad.Message),
            DbUpdateConcurrencyException => CommonErrors.VersionStale.ToProblem("The resource changed while this request was under way; read it again."),
            _ when IsUnavailable(exception) => Unavailable(httpContext),
            _ => CommonErrors.Internal.ToProblem("The failure was recorded. Quote the trace id when you report it."),
        };

        if (problem.StatusCode >= StatusCodes.Status500InternalServerError)
            Log.Failed(logger, exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName, problem.StatusCode);
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>True where the answer says all there is to say. Everything else is logged, with its trace.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is BadHttpRequestException or JsonException or DbUpdateConcurrencyException or OperationCanceledException || IsUnavailable(exception);

    private static string NameOf(int status) => status switch
    {
        413 => "too-large",
        408 => "too-slow",
        415 => "unsupported-media-type",
        _ => "bad-request",
    };

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult BadJson(JsonException json)
    {
        var pointer = PointerOf(json.Path);
        return CommonErrors.BadRequest.ToProblem("The body is not the JSON that is expected here.", [new FieldError(pointer, "bad-json", Explain(json))]);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Unavailable(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "2";
        return CommonErrors.Unavailable.ToProblem("The database does not answer; nothing was changed unless you were told so. Try again with the same Idempotency-Key.");
    }

    private static bool IsUnavailable(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NpgsqlException { IsTransient: true } or TimeoutException or System.Net.Sockets.SocketException)
                return true;
        }

        return false;
    }

    /// <summary>The serialiser's path ($.types[0]) as a JSON pointer (/types/0).</summary>
    public static string PointerOf(string? path) => path is null or "$"
        ? ""
        : path.TrimStart('$').Replace("['", "/", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal)
            .Replace('.', '/').Replace("[", "/", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);

    /// <summary>The serialiser's message without the names of our types.</summary>
    public static string Explain(JsonException json)
    {
        var message = json.Message;
        var unknown = message.IndexOf("could not be mapped", StringComparison.Ordinal);
        if (unknown > 0)
            return $"Unknown member {message[message.IndexOf('\'', StringComparison.Ordinal)..(message.IndexOf('\'', message.IndexOf('\'', StringComparison.Ordinal) + 1) + 1)]}.";
        if (message.Contains("missing required properties", StringComparison.Ordinal))
            return $"Missing: {message[(message.LastIndexOf(':') + 1)..].Trim().TrimEnd('.')}.";
        if (message.Contains("null values", StringComparison.Ordinal))
            return "null is not a value here.";
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal))
            return "Given twice.";
        if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            return ExpectedValue.OfJson(message, PointerOf(json.Path));

        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end > 0 ? message[..end] : message;
    }

    private static partial class Log
    {
        [LoggerMessage(111, LogLevel.Error, "{Method} {Endpoint} was answered {Status}")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string? endpoint, int status);
    }
}
