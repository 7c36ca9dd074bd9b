using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// Bodies are UTF-8 (RFC 8259) and come as they are. One that says it is something else would be read as what it is not, so it is refused.
/// (A CSV file is in whatever its office writes, and its reader minds what it says.)
/// </summary>
internal sealed class BodyEncoding(RequestDelegate next)
{
    private static readonly string[] Charsets = ["utf-8", "utf8", "us-ascii"];

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.ContentEncoding.Count > 0 && !string.Equals(headers.ContentEncoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            headers = context.Response.Headers;
            headers.AcceptEncoding = "identity";
            return CommonErrors.UnsupportedMediaType.ToProblem("Send the body as it is, without Content-Encoding.").ExecuteAsync(context);
        }

        return headers.ContentType.Count > 0 && MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out var type)
            && type.Charset.HasValue && !type.MediaType.Equals("text/csv", StringComparison.OrdinalIgnoreCase)
            && !Charsets.Contains(HeaderUtilities.RemoveQuotes(type.Charset).ToString(), StringComparer.OrdinalIgnoreCase)
            ? CommonErrors.UnsupportedMediaType.ToProblem("Send the body in UTF-8.").ExecuteAsync(context)
            : next(context);
    }
}
