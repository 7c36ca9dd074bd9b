using System.Net.Http.Headers;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Access;

/// <summary>Tokens live for fifteen minutes; a grant that ended must not.</summary>
public sealed class WithdrawalTests(Platform platform)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G2_GrantEnded_StopsWorkingInEveryServiceWithinAMinute()
    {
        var steward = platform.Stack.As("steward");
        var id = $"withdrawn-{Guid.NewGuid():N}"[..30];
        var secret = (string)(await steward.PostAsync(
            "/api/v1/clients", new { clientId = id, description = "To be ended", grants = (string[])["reader@insp1r"], scopes = (string[])["read"] }, Ct)).Expect(201).Json["secret"]!;
        var token = (string)(await platform.Stack.Anonymous.SendAsync(HttpMethod.Post, "/connect/token", new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", id), new("client_secret", secret)]), Ct)).Expect(200).Json["access_token"]!;
        using var holder = new HttpClient();
        holder.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        // Each service by itself: the gateway is not the only lock.
        Uri[] addresses =
        [
            new(platform.Stack.Address, "/api/v1/campaigns"),
            .. ((string, string)[])[("membership", "organisations"), ("advocacy", "campaigns"), ("communications", "events")] is var services
                ? services.Select(service => new Uri(new Uri(platform.Stack.Status[service.Item1].Address!), $"/api/v1/{service.Item2}")) : [],
        ];
        foreach (var address in addresses)
            Assert.Equal(200, await StatusAsync(address));

        (await steward.PostAsync($"/api/v1/clients/{id}/revocation", null, Ct)).Expect(200);

        await Task.WhenAll(addresses.Select(address => Until.TrueAsync(async () => await StatusAsync(address) == 401, $"{address} refuses the token", Ct, Promised)));

        async Task<int> StatusAsync(Uri address)
        {
            using var response = await holder.GetAsync(address, Ct);
            return (int)response.StatusCode;
        }
    }
}
