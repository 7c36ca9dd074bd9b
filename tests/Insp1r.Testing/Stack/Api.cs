using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Insp1r.Testing.Stack;

/// <summary>The public API as one client sees it. Paths are relative to the gateway, such as <c>/api/v1/organisations</c>.</summary>
public sealed class Api(Uri address, HttpMessageHandler handler) : IDisposable
{
    private readonly HttpClient _http = new(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(100) };

    public Task<Answer> GetAsync(string path, CancellationToken ct, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, ct, headers);

    public Task<Answer> PostAsync(string path, object? body, CancellationToken ct, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, JsonBody(body), ct, headers);

    public Task<Answer> PatchAsync(string path, object body, CancellationToken ct, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, JsonBody(body), ct, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            // As they are: malformed values are what some tests are about.
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _http.SendAsync(request, ct);
        var bytes = await response.Content.ReadAsByteArrayAsync(ct);
        var all = response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer($"{method} {path}", (int)response.StatusCode, all, bytes);
    }

    public void Dispose() => _http.Dispose();

    public static HttpContent JsonBody(object? body) => body as HttpContent ?? new StringContent(
        body as string ?? JsonSerializer.Serialize(body, JsonSerializerOptions.Web), new MediaTypeHeaderValue("application/json"));

    public static HttpContent Ndjson(IEnumerable<object> lines) => new StringContent(
        string.Concat(lines.Select(line => (line as string ?? JsonSerializer.Serialize(line, JsonSerializerOptions.Web)) + "\n")),
        new MediaTypeHeaderValue("application/x-ndjson"));
}

/// <summary>An answer, read to its end.</summary>
public sealed record Answer(string Request, int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
    public JsonNode Json => JsonNode.Parse(Body) ?? throw new InvalidOperationException($"{Request} answered null.");
    public IReadOnlyList<JsonNode> Lines => [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    public string? ETag => Headers.GetValueOrDefault("ETag");
    public string? ContentType => Headers.GetValueOrDefault("Content-Type");
    public bool IsSuccess => Status is >= 200 and < 300;
    public Guid Id => Guid.Parse((string)Json["id"]!);
    public int Version => (int)Json["version"]!;

    /// <summary>The type of a problem, such as <c>/problems/invalid</c>; null where the answer is none.</summary>
    public string? Problem => ContentType?.StartsWith("application/problem+json", StringComparison.Ordinal) == true ? (string?)Json["type"] : null;

    /// <summary>This answer, if its status is one of these.</summary>
    public Answer Expect(params int[] statuses) => statuses.Contains(Status)
        ? this
        : throw new InvalidOperationException($"{Request}: expected {string.Join(" or ", statuses)}, got {Status}: {Text[..Math.Min(Text.Length, 2_000)]}");

    public override string ToString() => $"{Request} -> {Status} {Text[..Math.Min(Text.Length, 500)]}";
}

/// <summary>Puts a client's access token on each request, and gets a new one before it expires.</summary>
internal sealed class TokenHandler(Uri address, DevelopmentClient client) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private readonly SemaphoreSlim _asking = new(1);
    private string? _token;
    private DateTimeOffset _until;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", await TokenAsync(cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }

    private async Task<string> TokenAsync(CancellationToken ct)
    {
        await _asking.WaitAsync(ct);
        try
        {
            if (_token is not null && DateTimeOffset.UtcNow < _until)
                return _token;

            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/connect/token"))
            {
                Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", client.ClientId), new("client_secret", client.Secret)]),
            };
            using var response = await base.SendAsync(request, ct);
            var text = await response.Content.ReadAsStringAsync(ct);
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"No token for {client.ClientId}: {(int)response.StatusCode} {text}", null, response.StatusCode);

            var json = JsonNode.Parse(text)!;
            _token = (string)json["access_token"]!;
            _until = DateTimeOffset.UtcNow + TimeSpan.FromSeconds((int)json["expires_in"]!) - Margin;
            return _token;
        }
        finally
        {
            _asking.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        _asking.Dispose();
        base.Dispose(disposing);
    }
}
