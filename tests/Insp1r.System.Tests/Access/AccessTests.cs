using Insp1r.System.Tests.Contract;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Access;

/// <summary>Who may not, may not: for every operation of the OpenAPI document, so that none is forgotten.</summary>
public sealed class AccessTests(Platform platform)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryOperation_WithoutAValidToken_Is401()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);
        var tokens = await Tokens.OfAsync(platform.Stack, Ct);
        var wrong = new List<string>();

        foreach (var operation in document.Operations.Where(operation => !operation.IsAnonymous))
        {
            foreach (var (name, authorization) in tokens.Refused())
            {
                var answer = await SendAsync(platform.Stack.Anonymous, operation, null, authorization is null ? [] : [("Authorization", authorization)]);
                if (answer.Status != 401 || answer.Problem != "/problems/unauthorized" || !answer.Headers.ContainsKey("WWW-Authenticate"))
                    wrong.Add($"{operation} with {name}: {answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task ForgedTokens_ButForTheirFault_WouldBeTaken()
    {
        var tokens = await Tokens.OfAsync(platform.Stack, Ct);

        var answer = await platform.Stack.Anonymous.GetAsync("/api/v1/organisations?limit=1", Ct, ("Authorization", $"Bearer {tokens.Valid}"));

        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task EveryOperation_OfAnotherAudience_IsRefused()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);
        var wrong = new List<string>();

        foreach (var operation in document.Operations.Where(operation => !operation.IsAnonymous))
        {
            // An operator sees no domain data; those who work with it do not look after the system.
            foreach (var client in operation.IsOperators ? ["steward", "contributor", "reader", "sender", "rwanda"] : (string[])["operator"])
            {
                var answer = await SendAsync(platform.Stack.As(client), operation, null);
                if (answer.Status != 403 || answer.Problem is null)
                    wrong.Add($"{operation} as {client}: {answer}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task EveryWrite_ByAReader_IsRefused()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);
        var wrong = new List<string>();

        foreach (var operation in document.Operations.Where(operation => operation.IsWrite && !operation.IsAnonymous))
        {
            var answer = await SendAsync(platform.Stack.As("reader"), operation, null);
            if (answer.Status != 403 || answer.Problem is null)
                wrong.Add($"{operation}: {answer}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task EveryOperation_OnAnotherNetworksRecord_IsRefusedAndChangesNothing()
    {
        var records = await Records.CreateAsync(platform.Stack, Network.Rwanda, Ct);
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);
        var operations = document.Operations.Where(operation => records.Ids.Keys.Any(kind => operation.Path.Contains($"/{kind}/{{", StringComparison.Ordinal))).ToList();
        await Replication.UntilCompleteAsync(platform.Stack, Until.Generous, Ct);
        var before = await Digest.OfAsync(platform.Stack, Ct);
        var wrong = new List<string>();

        foreach (var operation in operations)
        {
            var answer = await SendAsync(platform.Stack.As("nepal"), operation, records);
            // Which networks there are, every reader may know; not who decides there, nor what is noted of them.
            var expected = operation.IsWrite ? answer.Status is 403 or 404 : operation.Path is "/api/v1/nodes/{id}" or "/api/v1/nodes/{id}/history" or "/api/v1/nodes/{id}/documents" ? answer.Status == 200 : answer.Status == 404;
            if (!expected || (answer.Problem is null && answer.Status != 200))
                wrong.Add($"{operation}: {answer}");
        }

        Assert.True(operations.Count >= 15, $"Only {operations.Count} operations are about a record.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before, await Digest.OfAsync(platform.Stack, Ct));
    }

    [Fact]
    public async Task EveryRecord_WrittenIntoAnotherNetwork_IsRefusedAndChangesNothing()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        await Replication.UntilCompleteAsync(platform.Stack, Until.Generous, Ct);
        var before = await Digest.OfAsync(platform.Stack, Ct);
        var nepal = platform.Stack.As("nepal");
        object titled = new { node = "insp1r.africa.rw", title = new { en = "Taken over" }, sourceLanguage = "en" };

        Answer[] answers =
        [
            await nepal.PostAsync("/api/v1/organisations", Network.Organisation(Network.Rwanda, "Taken over"), Ct),
            await nepal.PostAsync("/api/v1/persons", new { node = "insp1r.africa.rw", name = "Taken over", language = "en" }, Ct),
            await nepal.PostAsync("/api/v1/campaigns", titled, Ct),
            await nepal.PostAsync("/api/v1/demands", titled, Ct),
            await nepal.PostAsync("/api/v1/outcomes", titled, Ct),
            await nepal.PostAsync("/api/v1/nodes", new { path = "insp1r.africa.sn", level = "national", names = new { en = "Senegal" }, country = "SN" }, Ct),
            await nepal.PostAsync("/api/v1/clients", new { clientId = "taken-over", description = "x", grants = (string[])["reader@insp1r.africa.rw"], scopes = (string[])["read"] }, Ct),
            await nepal.PostAsync("/api/v1/clients", new { clientId = "taken-over", description = "x", grants = (string[])["steward@insp1r.asia"], scopes = (string[])["read"] }, Ct),
            await nepal.PostAsync("/api/v1/clients", new { clientId = "taken-over", description = "x", grants = (string[])["operator@insp1r.asia.np"], scopes = (string[])["operate"] }, Ct),
        ];

        Assert.All(answers, answer => Assert.Equal((403, "/problems/outside-your-nodes"), (answer.Status, answer.Problem)));
        Assert.Equal(before, await Digest.OfAsync(platform.Stack, Ct));
    }

    [Fact]
    public async Task Lists_OfOneNetwork_HaveNothingOfAnother()
    {
        var records = await Records.CreateAsync(platform.Stack, Network.Rwanda, Ct);

        foreach (var list in (string[])["organisations", "campaigns", "demands", "outcomes", "clients", "persons", "services"])
        {
            var own = (await platform.Stack.As("rwanda").GetAsync($"/api/v1/{list}?limit=500", Ct)).Expect(200).Text;
            var other = (await platform.Stack.As("nepal").GetAsync($"/api/v1/{list}?limit=500", Ct)).Expect(200).Text;
            Assert.Contains(records.Ids[list], own, StringComparison.Ordinal);
            Assert.DoesNotContain(records.Ids[list], other, StringComparison.Ordinal);
        }
    }

    private static Task<Answer> SendAsync(Api api, Operation operation, Records? records, params (string, string)[] headers)
    {
        // A body that would be accepted: the refusal must not come from its faults.
        HttpContent? body = !operation.IsWrite ? null
            : operation.BodyType is "application/x-www-form-urlencoded" ? new FormUrlEncodedContent([])
            : Api.JsonBody(Records.BodyOf(operation));
        (string, string)[] version = operation.Method == HttpMethod.Patch ? [("If-Match", "*")] : [];
        return api.SendAsync(operation.Method, ApiDocument.Address(operation, records?.Ids), body, Ct, [.. headers, .. version]);
    }
}
