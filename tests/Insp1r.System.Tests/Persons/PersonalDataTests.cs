using System.Text;
using System.Text.Json.Nodes;
using Insp1r.System.Tests.Contract;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Persons;

/// <summary>
/// A person is seen by whom the levels name and by nobody else: shown by walking every address that can be read, so that none is forgotten.
/// </summary>
public sealed class PersonalDataTests(Platform platform)
{
    private static readonly string[] Levels = ["private", "node", "network", "public"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G1_EveryAddress_ShowsToEachNoMoreThanTheLevels()
    {
        var stack = platform.Stack;
        await Network.EnsureAsync(stack, Ct);
        var records = await Records.CreateAsync(stack, Network.Rwanda, Ct);
        var people = new List<Somebody>();
        foreach (var level in (string[])[.. Levels, "public"])
            people.Add(await Somebody.RecordAsync(stack, records, level, Ct));
        // The last is quoted by their own name while nothing speaks against it, and in danger afterwards.
        var endangered = people[^1] with { AtRisk = true };
        var launch = Launch(people.Select(somebody => somebody.Id == endangered.Id
            ? new { name = somebody.Name, organisation = $"Cooperative of {somebody.Name}", personId = somebody.Id }
            : new { name = "Quoted in public", organisation = "Quoted as well", personId = somebody.Id }));
        var recorded = (await stack.As("rwanda").PostAsync("/api/v1/events", launch, Ct)).Expect(201).Id;
        var ids = new Dictionary<string, string>(records.Ids, StringComparer.Ordinal) { ["events"] = $"{recorded}" };
        (await stack.As("rwanda").PatchAsync($"/api/v1/persons/{endangered.Id}", new { atRisk = true }, Ct, ("If-Match", "*"))).Expect(200);
        people[^1] = endangered;
        await Replication.UntilCompleteAsync(stack, Until.Generous, Ct);
        var document = await ApiDocument.ReadAsync(stack, Ct);
        var sibling = await NewReaderAsync("insp1r.africa.bi");
        var ancestor = await NewReaderAsync("insp1r.africa");
        var own = await NewReaderAsync(Network.Rwanda.Node);

        var seen = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["anonymous"] = await WalkAsync(stack.Anonymous, document, ids, people),
            ["sibling"] = await WalkAsync(sibling, document, ids, people),
            ["own"] = await WalkAsync(own, document, ids, people),
            ["ancestor"] = await WalkAsync(ancestor, document, ids, people),
            ["operator"] = await WalkAsync(stack.As("operator"), document, ids, people),
            ["steward"] = await WalkAsync(stack.As("rwanda"), document, ids, people),
        };

        var expected = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["anonymous"] = ["public"],
            ["operator"] = ["public"],
            ["sibling"] = ["network", "public"],
            ["own"] = ["node", "network", "public"],
            ["ancestor"] = ["node", "network", "public"],
            ["steward"] = ["private", "node", "network", "public", "at risk"],
        };
        Assert.All(seen, walk =>
        {
            // Each sees all that they may: the walk does get to where persons are. And nobody is told that there is somebody else.
            Assert.Equal(expected[walk.Key], Those(somebody => somebody.IsIn(walk.Value)));
            Assert.Equal(expected[walk.Key], Those(somebody => walk.Value.Contains($"{somebody.Id}", StringComparison.OrdinalIgnoreCase)));
        });

        string[] Those(Func<Somebody, bool> are) => [.. people.Where(are).Select(somebody => somebody.AtRisk ? "at risk" : somebody.Level)];
    }

    [Fact]
    public async Task G1_SpeakerAtRisk_IsNamedInNoEvent_UntilTheyAreNoLonger()
    {
        var stack = platform.Stack;
        await Network.EnsureAsync(stack, Ct);
        var (rwanda, nepal) = (stack.As("rwanda"), stack.As("nepal"));
        var somebody = await Somebody.RecordAsync(stack, await Records.CreateAsync(stack, Network.Rwanda, Ct), "public", Ct);
        var launch = Launch([new { name = somebody.Name, personId = somebody.Id }, new { name = "Another Speaker" }]);
        var path = $"/api/v1/events/{(await rwanda.PostAsync("/api/v1/events", launch, Ct)).Expect(201).Id}";
        Assert.Equal([somebody.Name, "Another Speaker"], await SpeakersAsync(nepal));

        (await rwanda.PatchAsync($"/api/v1/persons/{somebody.Id}", new { atRisk = true }, Ct, ("If-Match", "*"))).Expect(200);
        await Replication.UntilCompleteAsync(stack, Until.Generous, Ct);

        Assert.Equal(["Another Speaker"], await SpeakersAsync(nepal));
        Assert.Equal([$"{somebody.Name} (hidden)", "Another Speaker"], await SpeakersAsync(rwanda));
        var again = await rwanda.PostAsync("/api/v1/events", launch, Ct);
        Assert.Equal((422, "hidden-person"), (again.Status, (string?)again.Json["errors"]![0]!["code"]));

        (await rwanda.PatchAsync($"/api/v1/persons/{somebody.Id}", new { atRisk = false }, Ct, ("If-Match", "*"))).Expect(200);
        await Replication.UntilCompleteAsync(stack, Until.Generous, Ct);
        Assert.Equal([somebody.Name, "Another Speaker"], await SpeakersAsync(nepal));

        async Task<string[]> SpeakersAsync(Api api) => [.. (await api.GetAsync(path, Ct)).Expect(200).Json["speakers"]!.AsArray()
            .Select(speaker => $"{speaker!["name"]}{((bool)speaker["hidden"]! ? " (hidden)" : "")}")];
    }

    [Fact]
    public async Task G1_NoEventOfAnyService_SaysAnythingOfAPerson()
    {
        var stack = platform.Stack;
        await Network.EnsureAsync(stack, Ct);
        var somebody = await Somebody.RecordAsync(stack, await Records.CreateAsync(stack, Network.Rwanda, Ct), "public", Ct);
        (await stack.As("rwanda").PostAsync("/api/v1/events", Launch([new { name = somebody.Name, organisation = $"Cooperative of {somebody.Name}", personId = somebody.Id }]), Ct)).Expect(201);
        foreach (var atRisk in (bool[])[true, false])
            (await stack.As("rwanda").PatchAsync($"/api/v1/persons/{somebody.Id}", new { atRisk }, Ct, ("If-Match", "*"))).Expect(200);
        (await stack.As("rwanda").PostAsync($"/api/v1/persons/{somebody.Id}/erasure", new { reason = "no-longer-needed" }, Ct)).Expect(200);
        await Replication.UntilCompleteAsync(stack, Until.Generous, Ct);

        foreach (var service in (string[])["membership", "advocacy", "communications"])
        {
            var payloads = await stack.QueryAsync(service, "select payload::text from change_log where visibility in ('feed', 'internal') and payload is not null", row => row.GetString(0), Ct);
            Assert.NotEmpty(payloads);
            Assert.DoesNotContain(payloads, payload => somebody.IsIn(payload));
        }
    }

    private static object Launch(IEnumerable<object> speakers) => new
    {
        node = Network.Rwanda.Node,
        title = new { en = "Launch" },
        sourceLanguage = "en",
        startsOn = "2022-02-03",
        source = "https://example.org/launch",
        speakers,
    };

    /// <summary>Everything that this caller can read: each list to its end, each feed from its beginning, each record by its id.</summary>
    private static async Task<string> WalkAsync(Api api, ApiDocument document, Dictionary<string, string> ids, IReadOnlyList<Somebody> people)
    {
        var text = new StringBuilder();
        foreach (var operation in document.Operations.Where(operation => !operation.IsWrite))
        {
            (string Address, string Asked)[] addresses = operation.Path.Contains("/persons/{", StringComparison.Ordinal)
                ? [.. people.Select(somebody => (ApiDocument.Address(operation, new Dictionary<string, string>(ids, StringComparer.Ordinal) { ["persons"] = $"{somebody.Id}" }), $"{somebody.Id}"))]
                : [(ApiDocument.Address(operation, new Dictionary<string, string>(ids, StringComparer.Ordinal)
                {
                    ["by-path"] = Network.Rwanda.Node,
                    ["consent-wordings"] = "directory-public",
                    ["{purpose}"] = "1",
                }), "-")];
            foreach (var (address, asked) in addresses)
            {
                string? after = null;
                do
                {
                    var answer = await api.GetAsync($"{address}{(after is null ? "" : $"?after={after}")}", Ct);
                    Assert.InRange(answer.Status, 200, 499);
                    // Who asks for an id knows it: that it is in the refusal tells nothing.
                    text.AppendLine(answer.IsSuccess ? answer.Text : answer.Text.Replace(asked, "", StringComparison.OrdinalIgnoreCase));
                    if (!answer.IsSuccess)
                        break;
                    // An export is many documents, a line each, and has no pages.
                    var page = answer.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true ? answer.Json as JsonObject : null;
                    var next = page?["next"] is JsonValue value && value.TryGetValue<string>(out var cursor) ? cursor : null;
                    after = next == after || page?["more"]?.GetValue<bool>() == false ? null : next;
                }
                while (after is not null);
            }
        }

        return text.ToString();
    }

    private async Task<Api> NewReaderAsync(string node)
    {
        var id = $"walker-{Guid.NewGuid():N}"[..30];
        var secret = (string)(await platform.Stack.As("steward").PostAsync(
            "/api/v1/clients", new { clientId = id, description = "Walks", grants = (string[])[$"reader@{node}"], scopes = (string[])["read"] }, Ct)).Expect(201).Json["secret"]!;
        var token = (string)(await platform.Stack.Anonymous.SendAsync(HttpMethod.Post, "/connect/token", new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", id), new("client_secret", secret)]), Ct)).Expect(200).Json["access_token"]!;
        return new Api(platform.Stack.Address, new Testing.BearerHandler(token));
    }

    /// <summary>A person whose every field can be recognised, all of one level.</summary>
    private sealed record Somebody(Guid Id, string Name, string Level, bool AtRisk, string[] Marks)
    {
        public bool IsIn(string text) => Marks.Any(mark => text.Contains(mark, StringComparison.OrdinalIgnoreCase));

        public static async Task<Somebody> RecordAsync(PlatformStack stack, Records records, string level, CancellationToken ct)
        {
            var rwanda = stack.As("rwanda");
            var mark = $"zz{Guid.NewGuid():N}"[..14];
            var (name, email, phone, title) = ($"Name {mark}", $"{mark}@example.org", $"+250 {Random.Shared.NextInt64(100_000_000_000, 999_999_999_999)}", $"Title {mark}");
            var id = (await rwanda.PostAsync("/api/v1/persons", new { node = Network.Rwanda.Node, name, email, phone, language = "fr" }, ct)).Expect(201).Id;
            (await rwanda.PostAsync($"/api/v1/persons/{id}/roles", new { kind = "contact", title, from = "2024-01-01", organisationId = records.Ids["organisations"] }, ct)).Expect(201);
            if (level is "network" or "public")
            {
                (await rwanda.PostAsync($"/api/v1/persons/{id}/consents", new
                {
                    purpose = $"directory-{level}",
                    fields = (string[])["name", "email", "phone", "roles"],
                    givenAt = "2026-03-01T10:00:00Z",
                    source = "Signed form",
                    wordingVersion = 1,
                    wordingLanguage = "fr",
                }, ct)).Expect(201);
            }

            (await rwanda.SendAsync(HttpMethod.Put, $"/api/v1/persons/{id}/levels", Api.JsonBody(new { name = level, email = level, phone = level, roles = level }), ct, ("If-Match", "*"))).Expect(200);
            return new Somebody(id, name, level, AtRisk: false, [mark, phone]);
        }
    }
}
