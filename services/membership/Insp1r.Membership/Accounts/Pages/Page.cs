using Insp1r.Membership.Accounts.SigningIn;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Insp1r.Membership.Accounts.Pages;

/// <summary>What every page has: its language, and a form that only this browser can send.</summary>
internal static class Page
{
    private const string LanguageCookie = "language";
    private static readonly string[] ReturnPaths = ["/account", "/connect/authorize", "/connect/verify"];

    /// <summary>The page, with <c>Words</c> and what <paramref name="parameters"/> gives.</summary>
    public static RazorComponentResult<TPage> Show<TPage>(HttpContext http, object? parameters = null, int status = 200) where TPage : IComponent
    {
        var all = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Words"] = Words(http) };
        foreach (var property in parameters?.GetType().GetProperties() ?? [])
            all[property.Name] = property.GetValue(parameters);
        return new RazorComponentResult<TPage>(all) { StatusCode = status };
    }

    public static RazorComponentResult<MessagePage> Say(HttpContext http, Func<PageWords, string> text, int status = 200) =>
        Show<MessagePage>(http, new { Text = text(Words(http)) }, status);

    public static PageWords Words(HttpContext http) => PageWords.Of(Language(http));

    /// <summary>What was chosen on a page, or else the first of the browser's languages that there is.</summary>
    public static string Language(HttpContext http)
    {
        if (http.Request.Cookies[LanguageCookie] is { } chosen && Languages.All.Contains(chosen, StringComparer.Ordinal))
            return chosen;

        var wanted = http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.ToString());
        return wanted.Select(language => language.Split('-')[0].ToLowerInvariant()).FirstOrDefault(language => Languages.All.Contains(language, StringComparer.Ordinal)) ?? "en";
    }

    public static RedirectHttpResult ChooseLanguage(HttpContext http, string to, string? back)
    {
        if (Languages.All.Contains(to, StringComparer.Ordinal))
            http.Response.Cookies.Append(LanguageCookie, to, new CookieOptions { HttpOnly = true, Secure = IsHttps(http), SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(365), Path = "/" });
        return TypedResults.LocalRedirect(SafeReturn(back));
    }

    /// <summary>Where a page may lead back to: an address of these pages, and none of anybody else's.</summary>
    public static string SafeReturn(string? to) =>
        to is not null && !to.Contains('\\') && !to.Any(char.IsControl) && Array.Exists(ReturnPaths, path => IsOrIsUnder(to, path)) ? to : "/account";

    private static bool IsHttps(HttpContext http) => http.RequestServices.GetRequiredService<IOptions<AuthorityOptions>>().Value.IsHttps;

    private static bool IsOrIsUnder(string to, string path) =>
        to.StartsWith(path, StringComparison.Ordinal) && (to.Length == path.Length || to[path.Length] is '/' or '?');

    /// <summary>
    /// The rules that hold for every page: nothing of it is kept by anybody, it loads its own style and no code, it is framed by nobody,
    /// and a form that this browser was not shown by us changes nothing.
    /// </summary>
    public static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        // What the gateway speaks to us is not what the browser speaks; and over less than TLS no form is made for a TLS address.
        if (IsHttps(http))
            http.Request.Scheme = Uri.UriSchemeHttps;
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers.ContentSecurityPolicy = Policy("'self'");
        if (HttpMethods.IsPost(http.Request.Method) && !await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http))
            return Say(http, words => words.PageOver, StatusCodes.Status400BadRequest);

        try
        {
            return await next(context);
        }
        catch (ProviderAwayException)
        {
            return Say(http, words => words.ProviderAway, StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>Where the forms of this page may lead, besides here: browsers hold that against redirects, too.</summary>
    public static void LetFormsLeadTo(HttpContext http, Uri address) =>
        http.Response.Headers.ContentSecurityPolicy = Policy($"'self' {address.GetLeftPart(UriPartial.Authority)}");

    private static string Policy(string forms) => $"default-src 'none'; style-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'";
}
