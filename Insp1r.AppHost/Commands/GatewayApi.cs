using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Insp1r.AppHost.Running;

namespace Insp1r.AppHost.Commands;

/// <summary>The public API as a development client: a command in the dashboard does nothing that an operator could not do.</summary>
internal sealed class GatewayApi : IDisposable
{
    private readonly HttpClient _http;

    private GatewayApi(HttpClient http) => _http = http;

    public void Dispose() => _http.Dispose();

    public static async Task<GatewayApi> SignInAsync(Installation installation, string client, CancellationToken ct)
    {
        var file = JsonNode.Parse(await File.ReadAllTextAsync(installation.State.DevelopmentClients, ct))!;
        var secret = (string)file.AsArray().Single(entry => (string?)entry!["clientId"] == client)!["secret"]!;
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{installation.Port}"), Timeout = TimeSpan.FromMinutes(1) };
        try
        {
            using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", client), new("client_secret", secret)]);
            using var response = await http.PostAsync(new Uri("/connect/token", UriKind.Relative), form, ct);
            var token = (string)(await ReadAsync(response, ct))["access_token"]!;
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return new GatewayApi(http);
        }
        catch
        {
            http.Dispose();
            throw;
        }
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken ct)
    {
        using var response = await _http.GetAsync(new Uri($"/api/v1/{path}", UriKind.Relative), ct);
        return await ReadAsync(response, ct);
    }

    public async Task<JsonNode> PostAsync(string path, CancellationToken ct)
    {
        using var response = await _http.PostAsync(new Uri($"/api/v1/{path}", UriKind.Relative), null, ct);
        return await ReadAsync(response, ct);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"{response.RequestMessage!.RequestUri!.AbsolutePath} answers {(int)response.StatusCode}: {text}");
    }
}
