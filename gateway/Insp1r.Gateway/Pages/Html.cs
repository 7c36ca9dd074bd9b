using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Gateway.Pages;

/// <summary>The few plain pages of the gateway: no script, one style sheet within the page, allowed by its hash.</summary>
internal static class Html
{
    private const string Style =
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}"
        + "table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.4rem 1rem .4rem 0;border-bottom:1px solid #ddd}"
        + "code{font-size:.95em}a{color:#0b5394}"
        + "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}a{color:#8ab4f8}td,th{border-color:#444}}";

    private static readonly string ContentSecurityPolicy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static bool IsWanted(HttpContext context) =>
        context.Request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    public static ContentHttpResult Page(HttpContext context, string title, string body)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.Headers.Vary = "Accept";
        return TypedResults.Content(
            $"""
             <!doctype html>
             <html lang="en">
             <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{Text(title)}</title><style>{Style}</style></head>
             <body>
             <h1>{Text(title)}</h1>
             {body}
             </body>
             </html>
             """,
            "text/html; charset=utf-8");
    }

    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
