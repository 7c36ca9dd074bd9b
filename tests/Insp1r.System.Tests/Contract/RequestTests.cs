using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Contract;

/// <summary>What holds for every resource: versions, keys, thin answers.</summary>
public sealed class RequestTests(Platform platform)
{
    private const string Path = "/api/v1/organisations";

    private Api Mali => platform.Stack.As("mali");
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_WithoutOrWithAnOldVersion_IsRefused()
    {
        var added = await RegisterAsync();

        var blind = await Mali.PatchAsync($"{Path}/{added.Id}", new { acronym = "A" }, Ct);
        var first = (await Mali.PatchAsync($"{Path}/{added.Id}", new { acronym = "B" }, Ct, ("If-Match", added.ETag!))).Expect(200);
        var late = await Mali.PatchAsync($"{Path}/{added.Id}", new { acronym = "C" }, Ct, ("If-Match", added.ETag!));

        Assert.Equal((428, "/problems/if-match-required"), (blind.Status, blind.Problem));
        Assert.Equal((2, "\"2\""), (first.Version, first.ETag));
        Assert.Equal((412, "/problems/version-stale"), (late.Status, late.Problem));
        Assert.Equal("B", (string)(await Mali.GetAsync($"{Path}/{added.Id}", Ct)).Json["acronym"]!);
    }

    [Fact]
    public async Task Changes_OfOneVersionAtOnce_AreTakenOnce()
    {
        var added = await RegisterAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Mali.PatchAsync($"{Path}/{added.Id}", new { acronym = $"A{i}" }, Ct, ("If-Match", "\"1\""))));

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.Equal(11, answers.Count(answer => (answer.Status, answer.Problem) == (412, "/problems/version-stale")));
        Assert.Equal(2, (await Mali.GetAsync($"{Path}/{added.Id}", Ct)).Version);
    }

    [Fact]
    public async Task Key_SentAgain_GetsTheSameAnswerAndHasNoSecondEffect()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var (key, name) = (Network.Key($"{Guid.NewGuid()}"), $"Once {Guid.NewGuid()}");

        var first = (await Mali.PostAsync(Path, Network.Organisation(Network.Mali, name), Ct, key)).Expect(201);
        var again = (await Mali.PostAsync(Path, Network.Organisation(Network.Mali, name), Ct, key)).Expect(201);
        var other = await Mali.PostAsync(Path, Network.Organisation(Network.Mali, name + "!"), Ct, key);

        Assert.Equal(first.Text, again.Text);
        Assert.Equal((first.ETag, first.Headers["Location"]), (again.ETag, again.Headers["Location"]));
        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal((422, "/problems/idempotency-key-reused"), (other.Status, other.Problem));
        Assert.Equal(1, await CountAsync(name));
    }

    [Fact]
    public async Task Key_SentTwentyTimesAtOnce_HasOneEffectAndOneAnswer()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var (key, name) = (Network.Key($"{Guid.NewGuid()}"), $"Once at once {Guid.NewGuid()}");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Mali.PostAsync(Path, Network.Organisation(Network.Mali, name), Ct, key)));

        Assert.All(answers, answer => Assert.True(answer.Status == 201 || (answer.Status == 409 && answer.Headers.ContainsKey("Retry-After")), $"{answer}"));
        Assert.Single(answers.Where(answer => answer.Status == 201).Select(answer => answer.Text).Distinct(StringComparer.Ordinal));
        Assert.Equal(1, await CountAsync(name));
    }

    [Fact]
    public async Task Key_OfARefusedRequest_GetsTheSameRefusalAgain()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var key = Network.Key($"{Guid.NewGuid()}");

        var first = await Mali.PostAsync(Path, Network.Organisation(Network.Mali, ""), Ct, key);
        var again = await Mali.PostAsync(Path, Network.Organisation(Network.Mali, ""), Ct, key);
        var mended = await Mali.PostAsync(Path, Network.Organisation(Network.Mali, "Mended"), Ct, key);

        Assert.Equal((422, "/problems/invalid"), (first.Status, first.Problem));
        Assert.Equal(first.Text, again.Text);
        Assert.Equal((422, "/problems/idempotency-key-reused"), (mended.Status, mended.Problem));
    }

    [Fact]
    public async Task Key_OfAnotherClient_IsAnotherKey()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var key = Network.Key($"{Guid.NewGuid()}");

        var mali = (await Mali.PostAsync(Path, Network.Organisation(Network.Mali, "Key of Mali"), Ct, key)).Expect(201);
        var nepal = (await platform.Stack.As("nepal").PostAsync(Path, Network.Organisation(Network.Nepal, "Key of Nepal"), Ct, key)).Expect(201);

        Assert.NotEqual(mali.Id, nepal.Id);
    }

    [Fact]
    public async Task Fields_ThinTheAnswer()
    {
        var added = await RegisterAsync();

        var thin = (await Mali.GetAsync($"{Path}/{added.Id}?fields=id,name", Ct)).Expect(200).Json.AsObject();

        Assert.Equal(["id", "name"], thin.Select(member => member.Key));
    }

    [Fact]
    public async Task Page_UnderInserts_StaysWhereItIs()
    {
        for (var i = 0; i < 3; i++)
            await RegisterAsync();
        var first = (await Mali.GetAsync($"{Path}?limit=2", Ct)).Expect(200).Json;

        await RegisterAsync();
        var again = (await Mali.GetAsync($"{Path}?limit=2", Ct)).Expect(200).Json;

        Assert.Equal(first["items"]!.ToJsonString(), again["items"]!.ToJsonString());
        Assert.Equal((string)first["next"]!, (string)again["next"]!);
    }

    private async Task<Answer> RegisterAsync()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        return (await Mali.PostAsync(Path, Network.Organisation(Network.Mali, $"Registered {Guid.NewGuid()}"), Ct)).Expect(201);
    }

    private Task<long> CountAsync(string name) => platform.Stack.ScalarAsync<long>("membership", $"select count(*) from member_organisation where name = '{name}'", Ct);
}
