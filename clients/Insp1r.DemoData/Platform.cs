using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Insp1r.DemoData;

/// <summary>A failure with a message that says what to do.</summary>
internal sealed class DemoDataException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The platform refused a request with this problem (RFC 9457).</summary>
internal sealed class RefusedException(string request, HttpStatusCode status, string body) : Exception($"{request} was refused with {(int)status}: {body}")
{
    private readonly HashSet<string?> _codes = ReadCodes(body);

    public HttpStatusCode Status { get; } = status;

    /// <summary>True where nothing else is wrong than what these stable codes say.</summary>
    public bool IsOnly(IReadOnlyCollection<string> codes) => _codes.Count > 0 && _codes.IsSubsetOf(codes);

    private static HashSet<string?> ReadCodes(string body)
    {
        try
        {
            return [.. JsonNode.Parse(body)?["errors"]?.AsArray().Select(error => (string?)error?["code"]) ?? []];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

/// <summary>The public API at the gateway, and nothing else: the demo data goes the way that any client's data goes.</summary>
internal sealed class Platform(HttpClient http, DevelopmentClients clients, TimeProvider clock)
{
    /// <summary>How long an answer such as "not ready" or "too many requests" is waited out.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan TokenMargin = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (string Token, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);

    /// <summary>One record, or null where there is none.</summary>
    public async Task<JsonNode?> FindAsync(string client, string path, CancellationToken ct)
    {
        try
        {
            return await SendAsync(client, HttpMethod.Get, path, null, null, ct);
        }
        catch (RefusedException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All items of a list, page after page.</summary>
    public async Task<List<JsonNode>> ListAsync(string client, string path, CancellationToken ct)
    {
        var items = new List<JsonNode>();
        string? after = null;
        do
        {
            var cursor = after is null ? "" : $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}after={after}";
            var page = await SendAsync(client, HttpMethod.Get, path + cursor, null, null, ct);
            items.AddRange(page["items"]!.AsArray().Select(item => item!));
            after = (string?)page["next"];
        }
        while (after is not null);

        return items;
    }

    /// <summary>Posts JSON. The key is the same in every run, so that a run that broke off half-way repeats nothing.</summary>
    public Task<JsonNode> PostAsync(string client, string path, JsonNode? body, string key, CancellationToken ct) =>
        SendAsync(client, HttpMethod.Post, path, () => new StringContent(body?.ToJsonString() ?? "", Encoding.UTF8, "application/json"), key, ct);

    private async Task<JsonNode> SendAsync(string client, HttpMethod method, string path, Func<HttpContent>? content, string? key, CancellationToken ct)
    {
        using var response = await RespondAsync(client, method, path, content, key, ct);
        return await response.Content.ReadFromJsonAsync<JsonNode>(ct) ?? throw new DemoDataException($"{method} {path} answered without a body.");
    }

    private async Task<HttpResponseMessage> RespondAsync(string client, HttpMethod method, string path, Func<HttpContent>? content, string? key, CancellationToken ct)
    {
        var giveUpAt = clock.GetUtcNow() + Patience;
        while (true)
        {
            HttpResponseMessage? response = null;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = content?.Invoke() };
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(client, ct));
                if (key is not null)
                    request.Headers.Add("Idempotency-Key", key);
                response = await http.SendAsync(request, ct);
                if (response.IsSuccessStatusCode)
                    return response;
                if (!PassesByItself(response.StatusCode) || clock.GetUtcNow() >= giveUpAt)
                    throw await RefusalAsync($"{method} {path} by {client}", response, ct);
            }
            catch (HttpRequestException e) when (clock.GetUtcNow() >= giveUpAt)
            {
                throw new DemoDataException($"{http.BaseAddress} does not answer ({e.Message}). See what runs: ./insp1r status. Then start this again.", e);
            }
            catch (HttpRequestException)
            {
                // Asked again below, until the patience ends.
            }

            var pause = response?.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            response?.Dispose();
            await Task.Delay(pause, clock, ct);
        }
    }

    private async Task<string> TokenAsync(string clientId, CancellationToken ct)
    {
        if (_tokens.TryGetValue(clientId, out var known) && known.Until > clock.GetUtcNow())
            return known.Token;

        var client = clients[clientId];
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", client.ClientId), new("client_secret", client.Secret),
        ]);
        using var response = await http.PostAsync("/connect/token", form, ct);
        if (PassesByItself(response.StatusCode))
            throw new HttpRequestException($"/connect/token answers {(int)response.StatusCode}", null, response.StatusCode);
        if (!response.IsSuccessStatusCode)
            throw new DemoDataException($"The client '{clientId}' gets no token ({(int)response.StatusCode}). Its secret in {DevelopmentClients.Variable} is not the one that membership knows: restart membership, which puts it right.");

        var token = await response.Content.ReadFromJsonAsync<JsonNode>(ct);
        var until = clock.GetUtcNow() + TimeSpan.FromSeconds((int)token!["expires_in"]!) - TokenMargin;
        _tokens[clientId] = ((string)token["access_token"]!, until);
        return _tokens[clientId].Token;
    }

    private static bool PassesByItself(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private static async Task<RefusedException> RefusalAsync(string request, HttpResponseMessage response, CancellationToken ct)
    {
        using var refused = response;
        return new RefusedException(request, refused.StatusCode, await refused.Content.ReadAsStringAsync(ct));
    }
}
