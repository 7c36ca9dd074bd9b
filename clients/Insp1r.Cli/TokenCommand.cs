using System.CommandLine;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Insp1r.Platform;

namespace Insp1r.Cli;

/// <summary>Prints an access token of a development client, or of who signs in, and nothing else, so that it fits into a curl command.</summary>
internal static class TokenCommand
{
    public static Command Create()
    {
        var client = new Argument<string>("client") { Description = "A development client", DefaultValueFactory = _ => "steward" };
        var list = new Option<bool>("--list") { Description = "Name the development clients and what each may do" };
        var signIn = new Option<bool>("--sign-in") { Description = "Sign in with a browser, and print your own token" };
        var command = new Command("token", "Print an access token of a development client, or your own") { client, list, signIn };
        command.SetAction(async (parsed, ct) =>
        {
            var installation = Installation.Current;
            if (parsed.GetValue(signIn))
            {
                // The token alone is the output, so that it fits into a command.
                Console.WriteLine(await SignInOnThisMachine.TokenAsync(installation.LiveStatus().Address!, Console.Error, ct));
                return 0;
            }

            if (parsed.GetValue(list))
            {
                var clients = await ReadClientsAsync(installation.State, ct);
                var width = clients.Max(c => c.ClientId.Length);
                foreach (var known in clients)
                    Console.WriteLine($"{known.ClientId.PadRight(width)}  {string.Join(' ', known.Grants)}  ({string.Join(' ', known.Scopes)})  {known.Description}");
                return 0;
            }

            Console.WriteLine(await OfAsync(installation, parsed.GetValue(client)!, ct));
            return 0;
        });
        return command;
    }

    /// <summary>An access token of the development client with this name.</summary>
    public static async Task<string> OfAsync(Installation installation, string name, CancellationToken ct)
    {
        var clients = await ReadClientsAsync(installation.State, ct);
        var chosen = clients.FirstOrDefault(c => c.ClientId == name)
            ?? throw new PlatformException($"There is no development client '{name}'. There are: {string.Join(", ", clients.Select(c => c.ClientId))}");
        return await RequestAsync(installation.LiveStatus().Address!, chosen, ct);
    }

    private static async Task<List<DevelopmentClient>> ReadClientsAsync(StateFolder state, CancellationToken ct)
    {
        try
        {
            await using var file = File.OpenRead(state.DevelopmentClients);
            return await JsonSerializer.DeserializeAsync(file, TokenJson.Default.ListDevelopmentClient, ct) ?? [];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PlatformException($"There are no development clients in {state.Root} yet: they are made at the first start. Start the platform: ./insp1r up");
        }
    }

    private static async Task<string> RequestAsync(string address, DevelopmentClient client, CancellationToken ct)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", client.ClientId), new("client_secret", client.Secret),
        ]);
        try
        {
            using var response = await http.PostAsync(new Uri($"{address}/connect/token"), form, ct);
            if (!response.IsSuccessStatusCode)
            {
                var answer = await response.Content.ReadAsStringAsync(ct);
                throw new PlatformException($"{address}/connect/token answers {(int)response.StatusCode}: {answer}");
            }

            var token = await response.Content.ReadFromJsonAsync(TokenJson.Default.TokenResponse, ct);
            return token!.AccessToken;
        }
        catch (HttpRequestException e)
        {
            throw new PlatformException($"{address} does not answer: {e.Message}. What runs: ./insp1r status");
        }
    }

    internal sealed record DevelopmentClient(
        string ClientId, string Secret, IReadOnlyList<string> Grants, IReadOnlyList<string> Scopes, string? Description);

    internal sealed record TokenResponse([property: JsonPropertyName("access_token")] string AccessToken);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(List<TokenCommand.DevelopmentClient>))]
[JsonSerializable(typeof(TokenCommand.TokenResponse))]
[JsonSerializable(typeof(SignInOnThisMachine.DeviceCode))]
[JsonSerializable(typeof(SignInOnThisMachine.Refusal))]
internal sealed partial class TokenJson : JsonSerializerContext;
