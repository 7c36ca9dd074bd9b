using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>A person signs in with a browser and lets the command line in (RFC 8628): for its own token, with what the person may.</summary>
internal static class SignInOnThisMachine
{
    private const string ClientId = "cli";
    private static readonly TimeSpan SlowDown = TimeSpan.FromSeconds(5);

    /// <summary>The person's access token, once the person has let the command line in; what to do is written to <paramref name="say"/>.</summary>
    public static async Task<string> TokenAsync(string address, TextWriter say, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        try
        {
            var code = await AskAsync(http, ct);
            await say.WriteLineAsync($"Open {code.VerificationUriComplete} in a browser, sign in, and allow it if the page shows the code {code.UserCode}.".AsMemory(), ct);
            return await WaitAsync(http, code, ct);
        }
        catch (HttpRequestException e)
        {
            throw new PlatformException($"{address} does not answer: {e.Message}. What runs: ./insp1r status");
        }
    }

    private static async Task<DeviceCode> AskAsync(HttpClient http, CancellationToken ct)
    {
        using var form = new FormUrlEncodedContent([new("client_id", ClientId), new("scope", "read write sync operate")]);
        using var response = await http.PostAsync(new Uri("/connect/device", UriKind.Relative), form, ct);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(TokenJson.Default.DeviceCode, ct))!;
    }

    private static async Task<string> WaitAsync(HttpClient http, DeviceCode code, CancellationToken ct)
    {
        var pause = TimeSpan.FromSeconds(code.Interval ?? 5);
        while (true)
        {
            await Task.Delay(pause, ct);
            using var form = new FormUrlEncodedContent(
                [new("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), new("client_id", ClientId), new("device_code", code.Code)]);
            using var response = await http.PostAsync(new Uri("/connect/token", UriKind.Relative), form, ct);
            if (response.IsSuccessStatusCode)
                return (await response.Content.ReadFromJsonAsync(TokenJson.Default.TokenResponse, ct))!.AccessToken;

            var refusal = await response.Content.ReadFromJsonAsync(TokenJson.Default.Refusal, ct);
            if (refusal!.Error == "slow_down")
                pause += SlowDown;
            else if (refusal.Error != "authorization_pending")
                throw new PlatformException(refusal.Error == "access_denied" ? "You did not allow it." : $"No token: {refusal.Description ?? refusal.Error}");
        }
    }

    internal sealed record DeviceCode(
        [property: JsonPropertyName("device_code")] string Code,
        [property: JsonPropertyName("user_code")] string UserCode,
        [property: JsonPropertyName("verification_uri_complete")] string VerificationUriComplete,
        [property: JsonPropertyName("interval")] int? Interval);

    internal sealed record Refusal([property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("error_description")] string? Description);
}
