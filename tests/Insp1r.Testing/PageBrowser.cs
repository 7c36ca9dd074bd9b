using System.Net;
using System.Text.RegularExpressions;

namespace Insp1r.Testing;

/// <summary>A page as a browser got it.</summary>
public sealed record PageAnswer(int Status, string? Location, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The query of where the browser is sent.</summary>
    public IReadOnlyDictionary<string, string> Back => new Uri(Location!).Query.TrimStart('?').Split('&').Select(part => part.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);

    /// <summary>What the page complains of.</summary>
    public string Fault => Text.Split("role=\"alert\">") is [_, var after] ? after[..after.IndexOf('<', StringComparison.Ordinal)] : "";

    /// <summary>The page itself, if it has this status.</summary>
    /// <exception cref="InvalidOperationException">It has another.</exception>
    public PageAnswer Is(int status) => Status == status ? this : throw new InvalidOperationException($"expected {status}, got {Status} (to {Location}): {Text}");
}

/// <summary>Somebody in front of a browser: keeps cookies, and sends forms with what the page that it saw last had hidden in them.</summary>
public partial class PageBrowser : IDisposable
{
    private readonly HttpClient _http;
    private string _form = "";

    public PageBrowser(Uri address)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = Cookies }) { BaseAddress = address };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("TestBrowser/1.0");
    }

    public CookieContainer Cookies { get; } = new();

    public Task<PageAnswer> GetAsync(string path, CancellationToken ct) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), ct);

    /// <summary>Sends a form as the last page had it, with these fields filled in, or left out where they are null.</summary>
    public Task<PageAnswer> PostAsync(string path, CancellationToken ct, params (string Name, string? Value)[] fields)
    {
        var hidden = HiddenField().Matches(_form).Select(match => (Name: match.Groups["name"].Value, Value: WebUtility.HtmlDecode(match.Groups["value"].Value)))
            .DistinctBy(field => field.Name, StringComparer.Ordinal).Where(field => !fields.Any(given => given.Name == field.Name));
        return PostBareAsync(path, ct, [.. hidden, .. fields.Where(field => field.Value is not null).Select(field => (field.Name, field.Value!))]);
    }

    /// <summary>Sends just these fields, as a page of somebody else's could.</summary>
    public Task<PageAnswer> PostBareAsync(string path, CancellationToken ct, params (string Name, string Value)[] fields) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) }, ct);

    public async Task<PageAnswer> FollowAsync(PageAnswer answer, CancellationToken ct)
    {
        while (answer is { Status: 302, Location: not null })
            answer = await GetAsync(answer.Location, ct);
        return answer;
    }

    public async Task<PageAnswer> SignInAsync(string email, string password, CancellationToken ct)
    {
        (await GetAsync("/account/sign-in", ct)).Is(200);
        return await PostAsync("/account/sign-in", ct, ("email", email), ("password", password));
    }

    public void Dispose()
    {
        _http.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<PageAnswer> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request, ct);
            var page = new PageAnswer(
                (int)response.StatusCode, response.Headers.Location?.OriginalString, await response.Content.ReadAsStringAsync(ct),
                response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
            if (page.Text.Contains("<form", StringComparison.Ordinal))
                _form = page.Text;
            return page;
        }
    }

    [GeneratedRegex("<input(?: type=\"hidden\")? name=\"(?<name>[^\"]+)\" (?:type=\"hidden\" )?value=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HiddenField();
}
