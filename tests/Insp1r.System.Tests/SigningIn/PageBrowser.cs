using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.SigningIn;

/// <summary>A page as it came through the gateway.</summary>
internal sealed record PageAnswer(int Status, string? Location, string Text, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The query of where the browser is sent.</summary>
    public IReadOnlyDictionary<string, string> Back => new Uri(Location!).Query.TrimStart('?').Split('&').Select(part => part.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);

    public string Fault => Text.Split("role=\"alert\">") is [_, var after] ? after[..after.IndexOf('<', StringComparison.Ordinal)] : "";

    public PageAnswer Is(int status)
    {
        Assert.True(Status == status, $"expected {status}, got {Status} (to {Location}): {Text}");
        return this;
    }
}

/// <summary>Somebody in front of a browser, at the public address: keeps cookies, and sends forms with what was hidden in the last page.</summary>
internal sealed partial class PageBrowser : IDisposable
{
    private readonly HttpClient _http;
    private string _form = "";

    public PageBrowser(Uri address) =>
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, CookieContainer = Cookies }) { BaseAddress = address };

    public CookieContainer Cookies { get; } = new();

    /// <summary>The invitation of one of the accounts that an installation for development has.</summary>
    public static async Task<(string Email, Uri Link)> InvitedAsync(PlatformStack stack, string role, CancellationToken ct)
    {
        var entries = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(stack.StateFolder, "development-accounts.json"), ct))!.AsArray();
        var entry = entries.Single(entry => (string?)entry!["role"] == role)!;
        return ((string)entry["email"]!, new Uri((string)entry["link"]!));
    }

    public Task<PageAnswer> GetAsync(string path, CancellationToken ct) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), ct);

    /// <summary>Sends the last page's form, with these fields filled in.</summary>
    public Task<PageAnswer> PostAsync(string path, CancellationToken ct, params (string Name, string Value)[] fields) => PostBareAsync(path, ct,
        [
            .. HiddenField().Matches(_form).Select(match => (match.Groups["name"].Value, WebUtility.HtmlDecode(match.Groups["value"].Value))).DistinctBy(field => field.Item1, StringComparer.Ordinal)
                .Where(field => !fields.Any(given => given.Name == field.Item1)),
            .. fields,
        ]);

    /// <summary>Sends just these fields, as a page of somebody else's could.</summary>
    public Task<PageAnswer> PostBareAsync(string path, CancellationToken ct, params (string Name, string Value)[] fields) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) }, ct);

    public async Task<PageAnswer> SignInAsync(string email, string password, CancellationToken ct)
    {
        (await GetAsync("/account/sign-in", ct)).Is(200);
        return await PostAsync("/account/sign-in", ct, ("email", email), ("password", password));
    }

    public void Dispose() => _http.Dispose();

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
