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
        foreach (var level in Levels)
            people.Add(await Somebody.RecordAsync(stack, records, level, atRisk: false, Ct));
        people.Add(await Somebody.RecordAsync(stack, records, "public", atRisk: true, Ct));
        var launch = new
        {
            node = Network.Rwanda.Node,
            title = new { en = "Launch" },
            sourceLanguage = "en",
            startsOn = "2022-02-03",
            source = "https://example.org/launch",
            speakers = people.Select(somebody => new { name = "Quoted in public", personId = somebody.Id }),
        };
        (await stack.As("rwanda").PostAsync("/api/v1/events", launch, Ct)).Expect(201);
        await Replication.UntilCompleteAsync(stack, Until.Generous, Ct);
        var document = await ApiDocument.ReadAsync(stack, Ct);
        var sibling = await NewReaderAsync("insp1r.africa.bi");
        var ancestor = await NewReaderAsync("insp1r.africa");
        var own = await NewReaderAsync(Network.Rwanda.Node);

        var seen = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["anonymous"] = await WalkAsync(stack.Anonymous, document, records, people),
            ["sibling"] = await WalkAsync(sibling, document, records, people),
            ["own"] = await WalkAsync(own, document, records, people),
            ["ancestor"] = await WalkAsync(ancestor, document, records, people),
            ["operator"] = await WalkAsync(stack.As("operator"), document, records, people),
            ["steward"] = await WalkAsync(stack.As("rwanda"), document, records, people),
        };

        // Each sees all that they may: the walk does get to where persons are.
        Assert.Equal(["public"], LevelsIn(seen["anonymous"]));
        Assert.Equal(["public"], LevelsIn(seen["operator"]));
        Assert.Equal(["network", "public"], LevelsIn(seen["sibling"]));
        Assert.Equal(["node", "network", "public"], LevelsIn(seen["own"]));
        Assert.Equal(["node", "network", "public"], LevelsIn(seen["ancestor"]));
        Assert.Equal(["private", "node", "network", "public", "at risk"], LevelsIn(seen["steward"]));
        // Nor is it told elsewhere that there is somebody.
        Assert.All(people, somebody => Assert.Equal(somebody.Level is "network" or "public" && !somebody.AtRisk, seen["sibling"].Contains($"{somebody.Id}", StringComparison.Ordinal)));

        string[] LevelsIn(string text) => [.. people.Where(somebody => somebody.IsIn(text)).Select(somebody => somebody.AtRisk ? "at risk" : somebody.Level)];
    }

    [Fact]
    public async Task G1_NoEventOfAnyService_SaysAnythingOfAPerson()
    {
        var stack = platform.Stack;
        await Network.EnsureAsync(stack, Ct);
        var somebody = await Somebody.RecordAsync(stack, await Records.CreateAsync(stack, Network.Rwanda, Ct), "public", atRisk: false, Ct);
        (await stack.As("rwanda").PostAsync($"/api/v1/persons/{somebody.Id}/erasure", new { reason = "no-longer-needed" }, Ct)).Expect(200);
        await Replication.UntilCompleteAsync(stack, Until.Generous, Ct);

        foreach (var service in (string[])["membership", "advocacy", "communications"])
        {
            var payloads = await stack.QueryAsync(service, "select payload::text from change_log where visibility in ('feed', 'internal') and payload is not null", row => row.GetString(0), Ct);
            Assert.NotEmpty(payloads);
            Assert.DoesNotContain(payloads, payload => somebody.IsIn(payload));
        }
    }

    /// <summary>Everything that this caller can read: each list to its end, each feed from its beginning, each record by its id.</summary>
    private static async Task<string> WalkAsync(Api api, ApiDocument document, Records records, IReadOnlyList<Somebody> people)
    {
        var text = new StringBuilder();
        foreach (var operation in document.Operations.Where(operation => !operation.IsWrite))
        {
            // The walk is of what is answered: the id that is asked for is in the refusal too.
            string[] addresses = operation.Path.Contains("/persons/{", StringComparison.Ordinal)
                ? [.. people.Select(somebody => ApiDocument.Address(operation, new Dictionary<string, string>(records.Ids, StringComparer.Ordinal) { ["persons"] = $"{somebody.Id}" }))]
                : [ApiDocument.Address(operation, new Dictionary<string, string>(records.Ids, StringComparer.Ordinal)
                {
                    ["by-path"] = Network.Rwanda.Node,
                    ["consent-wordings"] = "directory-public",
                    ["{purpose}"] = "1",
                })];
            foreach (var address in addresses)
            {
                string? after = null;
                do
                {
                    var answer = await api.GetAsync($"{address}{(after is null ? "" : $"?after={after}")}", Ct);
                    Assert.InRange(answer.Status, 200, 499);
                    if (!answer.IsSuccess)
                        break;
                    text.AppendLine(answer.Text);
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
    private sealed record Somebody(Guid Id, string Level, bool AtRisk, string[] Marks)
    {
        public bool IsIn(string text) => Marks.Any(mark => text.Contains(mark, StringComparison.OrdinalIgnoreCase));

        public static async Task<Somebody> RecordAsync(PlatformStack stack, Records records, string level, bool atRisk, CancellationToken ct)
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
            if (atRisk)
                (await rwanda.PatchAsync($"/api/v1/persons/{id}", new { atRisk }, ct, ("If-Match", "*"))).Expect(200);
            return new Somebody(id, level, atRisk, [mark, phone]);
        }
    }
}
