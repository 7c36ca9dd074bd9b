using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Insp1r.Testing;
using Insp1r.Testing.Stack;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Membership.Tests.Accounts;

/// <summary>Somebody with an account, or about to have one, in front of a browser.</summary>
internal sealed partial class PersonBrowser(Uri address) : PageBrowser(address)
{
    public const string Password = "orange tram sings quietly";

    /// <summary>The base32 key of the second factor, once it was set up here.</summary>
    public string? Key { get; set; }
    public IReadOnlyList<string> RecoveryCodes { get; private set; } = [];

    /// <summary>Takes up an invitation, with a second factor where that is asked for, and is signed in then.</summary>
    public async Task<PageAnswer> TakeUpAsync(Uri link, CancellationToken ct)
    {
        (await GetAsync(link.PathAndQuery, ct)).Is(200);
        var next = await FollowAsync(await PostAsync("/account/invitation", ct, ("password", Password)), ct);
        return next.Text.Contains("id=\"key\"", StringComparison.Ordinal) ? await SetUpAsync(next, ct) : next.Is(200);
    }

    public async Task<PageAnswer> SetUpAsync(PageAnswer page, CancellationToken ct)
    {
        Key = KeyOnPage().Match(page.Text).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        var codes = (await PostAsync("/account/second-factor", ct, ("code", Codes.Now(Key)))).Is(200);
        RecoveryCodes = [.. RecoveryCode().Matches(codes.Text).Select(match => match.Groups["code"].Value)];
        return (await GetAsync("/account", ct)).Is(200);
    }

    public async Task<PageAnswer> SignInAsync(string email, string password, CancellationToken ct, string? code = null)
    {
        var answer = await base.SignInAsync(email, password, ct);
        if (answer.Status != 302)
            return answer;

        answer = await FollowAsync(answer, ct);
        return code is null ? answer : await FollowAsync(await PostAsync("/account/code", ct, ("code", code)), ct);
    }

    [GeneratedRegex("<code id=\"key\">(?<key>[A-Z2-7 ]+)</code>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex KeyOnPage();

    [GeneratedRegex("<li><code>(?<code>[^<]+)</code></li>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RecoveryCode();
}

/// <summary>What an authenticator app shows: each code is good once, so a test that needs two takes those of neighbouring steps.</summary>
internal static class Codes
{
    private const int StepSeconds = 30;

    public static string Now(string key, int steps = 0) => OfStep(key, (DateTimeOffset.UtcNow.ToUnixTimeSeconds() / StepSeconds) + steps);

    public static string OfStep(string key, long step) => new OtpNet.Totp(OtpNet.Base32Encoding.ToBytes(key)).ComputeTotp(DateTime.UnixEpoch.AddSeconds(step * StepSeconds));
}

/// <summary>An app that a person signs in to: keeps its verifier and asks for tokens.</summary>
internal sealed class TestApp(Shared shared, string clientId)
{
    public const string RedirectUri = "https://app.example.org/back";
    public string Verifier { get; } = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
    public string Challenge => Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
    public string ClientId => clientId;

    public static async Task<TestApp> AddAsync(Shared shared, CancellationToken ct)
    {
        var app = new TestApp(shared, $"app-{Guid.NewGuid():N}"[..20]);
        (await shared.Steward.PostAsync("/api/v1/clients", new { kind = "app", clientId = app.ClientId, description = "Field app", redirectUris = (string[])[RedirectUri, "http://127.0.0.1/cli"], scopes = (string[])["read", "write"] }, ct)).Expect(201);
        return app;
    }

    public string Address(string scope = "read write openid offline_access", params (string Name, string? Value)[] changes)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = clientId,
            ["redirect_uri"] = RedirectUri,
            ["scope"] = scope,
            ["state"] = "st&te=1",
            ["nonce"] = "n0nce",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            query[name] = value;
        return "/connect/authorize?" + string.Join('&', query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!)}"));
    }

    /// <summary>The person lets the app in; gives what came back in the address.</summary>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync(PersonBrowser browser, CancellationToken ct, string scope = "read write openid offline_access")
    {
        (await browser.GetAsync(Address(scope), ct)).Is(200);
        return (await browser.PostAsync("/connect/authorize", ct, ("answer", "allow"))).Is(302).Back;
    }


    public Task<Answer> ExchangeAsync(string code, CancellationToken ct, params (string Name, string? Value)[] changes) => TokenAsync(
        ct, [("grant_type", "authorization_code"), ("client_id", clientId), ("code", code), ("redirect_uri", RedirectUri), ("code_verifier", Verifier), .. changes]);

    public Task<Answer> RefreshAsync(string refreshToken, CancellationToken ct, string? client = null) => TokenAsync(
        ct, ("grant_type", "refresh_token"), ("client_id", client ?? clientId), ("refresh_token", refreshToken));

    public async Task<JsonNode> SignInAsync(PersonBrowser browser, CancellationToken ct, string scope = "read write openid offline_access") =>
        (await ExchangeAsync((await AskAsync(browser, ct, scope))["code"], ct)).Expect(200).Json;

    public Api With(JsonNode tokens) => shared.App.With((string)tokens["access_token"]!);

    private async Task<Answer> TokenAsync(CancellationToken ct, params (string Name, string? Value)[] fields)
    {
        using var anonymous = new Api(shared.App.Address, new SocketsHttpHandler { UseProxy = false });
        var form = fields.GroupBy(field => field.Name, StringComparer.Ordinal).Select(group => group.Last()).Where(field => field.Value is not null);
        return await anonymous.SendAsync(HttpMethod.Post, "/connect/token", new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value!))), ct);
    }
}
