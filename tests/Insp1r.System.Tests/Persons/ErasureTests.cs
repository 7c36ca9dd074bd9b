using System.Text;
using Insp1r.System.Tests.Access;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Persons;

/// <summary>A person's data, whole when they ask for it, and gone when they are erased: looked for in every column of every table.</summary>
public sealed class ErasureTests(Platform platform)
{
    private const string Name = "Zoé Ñandutí-Quartz";
    private const string Email = "zoe.nanduti@quartz.example";
    private const string Phone = "+595 981 555 0199";

    // As they are written, as search folds them, and as they stand in bytea.
    private static readonly string[] Words = [.. ((string[])[Name, "zoe nanduti-quartz", "Quartz", Email, Phone]).SelectMany(word => (string[])[word, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(word))])];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task G8_PersonErased_IsInNoTableOfAnyService()
    {
        var stack = platform.Stack;
        await Network.EnsureAsync(stack, Ct);
        var rwanda = stack.As("rwanda");
        var person = await RecordAsync(rwanda);
        var recorded = (await rwanda.PostAsync("/api/v1/events", Launch(person), Ct, Key())).Expect(201).Id;
        var corrected = new { speakers = new object[] { new { name = Name, organisation = "Quartz Union", personId = person }, new { name = "Another Speaker" } } };
        (await rwanda.PatchAsync($"/api/v1/events/{recorded}", corrected, Ct, ("If-Match", "\"1\""), ("Change-Reason", $"{Uri.EscapeDataString(Name)} asked for it"))).Expect(200);
        var persons = await stack.ScalarAsync<long>("membership", "select count(*) from person", Ct);

        var before = await PlacesAsync();
        // The search does find what there is, in rows and in kept answers.
        Assert.Superset(
            new HashSet<string>(["membership.person", "membership.person_role", "membership.consent", "membership.idempotency_key", "membership.account", "membership.change_log", "communications.public_event", "communications.change_log", "communications.idempotency_key"], StringComparer.Ordinal),
            before.ToHashSet(StringComparer.Ordinal));
        await Until.TrueAsync(async () => (await FilesAsync()).Exists(file => file.Contains("mail", StringComparison.Ordinal)), "the invitation is written as a file", Ct);
        // Refused by the database, whose own log has to keep the address to itself.
        var twin = (await rwanda.PostAsync("/api/v1/persons", new { node = Network.Rwanda.Node, name = "Same address", email = Email, language = "en" }, Ct)).Expect(201).Id;
        (await rwanda.PostAsync("/api/v1/accounts", new { personId = twin, grants = (string[])[$"reader@{Network.Rwanda.Node}"] }, Ct)).Expect(409);
        (await rwanda.PostAsync($"/api/v1/persons/{twin}/erasure", new { reason = "no-longer-needed" }, Ct)).Expect(200);

        var erased = (await rwanda.PostAsync(
            $"/api/v1/persons/{person}/erasure", new { reason = "requested-by-person" }, Ct, Key(), ("Change-Reason", Uri.EscapeDataString($"{Name} asked by mail from {Email}")))).Expect(200);
        await Until.TrueAsync(async () => await stack.ScalarAsync<long>("communications", $"select count(*) from erased_person where id = '{person}'", Ct) == 1, "communications has heard of it", Ct);

        Assert.Empty(await PlacesAsync());
        Assert.Empty(await FilesAsync());
        // Counts stay (the twin came after it was counted), and the tombstone.
        Assert.Equal(persons + 1, await stack.ScalarAsync<long>("membership", "select count(*) from person", Ct));
        var read = (await stack.As("nepal").GetAsync($"/api/v1/events/{recorded}", Ct)).Expect(200);
        Assert.Equal((300, 3, 1), ((int)read.Json["participants"]!, read.Version, read.Json["speakers"]!.AsArray().Count));
        Assert.Equal((410, "/problems/erased"), (await rwanda.GetAsync($"/api/v1/persons/{person}", Ct) is var gone ? (gone.Status, gone.Problem) : default));
        Assert.Equal("membership.person-erased.v1", await stack.ScalarAsync<string>("membership", $"select type from change_log where subject_id = '{person}' and subject_version = {erased.Version} and visibility = 'feed'", Ct));
        Assert.Equal((422, "/problems/invalid"), (await rwanda.PostAsync("/api/v1/events", Launch(person), Ct) is var again ? (again.Status, again.Problem) : default));
    }

    [Fact]
    public async Task G8_Export_HasWhatEveryServiceHolds()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var rwanda = platform.Stack.As("rwanda");
        var person = await RecordAsync(rwanda);
        var recorded = (await rwanda.PostAsync("/api/v1/events", Launch(person), Ct)).Expect(201).Id;
        // What the person itself adds to a record.
        var account = await platform.Stack.ScalarAsync<Guid>("membership", $"select id from account where person_id = '{person}'", Ct);
        var own = ("Authorization", $"Bearer {(await Tokens.OfAsync(platform.Stack, Ct)).Of($"{account}", [$"contributor@{Network.Rwanda.Node}"], ["write"])}");
        var node = $"/api/v1/nodes/{(await rwanda.GetAsync($"/api/v1/nodes/by-path/{Network.Rwanda.Node}", Ct)).Expect(200).Id}";
        var comment = (await platform.Stack.Anonymous.PostAsync($"{node}/comments", new { text = "Noted by the person" }, Ct, own)).Expect(201).Id;
        var document = (await platform.Stack.Anonymous.PostAsync($"{node}/documents", Records.Document, Ct, own)).Expect(201).Id;

        var answer = (await rwanda.PostAsync($"/api/v1/persons/{person}/export", null, Ct)).Expect(200);
        var export = answer.Json;

        Assert.Equal($"attachment; filename=\"person-{person}.json\"", answer.Headers["Content-Disposition"]);
        Assert.Equal((Name, Email, Phone), ((string?)export["person"]!["name"], (string?)export["person"]!["email"], (string?)export["person"]!["phone"]));
        Assert.Equal("Treasurer Quartz", (string?)export["roles"]![0]!["title"]);
        Assert.Equal(("directory-network", 1), ((string?)export["consents"]![0]!["purpose"], (int)export["consents"]![0]!["wordingVersion"]!));
        Assert.Contains("syndicat", (string)export["wordings"]![0]!["texts"]!["fr"]!, StringComparison.Ordinal);
        Assert.Equal((Email, "invited"), ((string?)export["account"]!["email"], (string?)export["account"]!["status"]));
        Assert.Superset(
            new HashSet<string?>(["membership.person-recorded", "membership.account-invited"], StringComparer.Ordinal),
            export["trail"]!.AsArray().Select(entry => (string?)entry!["type"]).ToHashSet(StringComparer.Ordinal));
        Assert.Equal(($"{comment}", $"{document}"), ((string?)Assert.Single(export["comments"]!.AsArray())!["id"], (string?)Assert.Single(export["documents"]!.AsArray())!["id"]));
        var quote = export["elsewhere"]!["communications"]!["speakers"]!.AsArray().Single()!;
        Assert.Equal(($"{recorded}", Name), ((string?)quote["eventId"], (string?)quote["name"]));
        foreach (var (client, status) in ((string, int)[])[("nepal", 404), ("reader", 403), ("operator", 403)])
            Assert.Equal(status, (await platform.Stack.As(client).PostAsync($"/api/v1/persons/{person}/export", null, Ct)).Status);

        (await rwanda.PostAsync($"/api/v1/persons/{person}/erasure", new { reason = "no-longer-needed" }, Ct)).Expect(200);
        // The document is the record's: it stays, and its author is an id that names nobody any more.
        Assert.Equal(("Statutes", $"{account}"), (await rwanda.GetAsync($"{node}/documents/{document}", Ct)).Expect(200).Json is var kept ? ((string?)kept["title"], (string?)kept["author"]) : default);
        await Replication.UntilCompleteAsync(platform.Stack, Until.Generous, Ct);
    }

    [Fact]
    public async Task G8_PersonalDataOfAService_HasNoRouteFromOutside()
    {
        foreach (var client in (string[])["steward", "operator", "reader"])
            Assert.Equal(404, (await platform.Stack.As(client).GetAsync($"/persons/{Guid.NewGuid()}/data", Ct)).Status);
    }

    private static async Task<Guid> RecordAsync(Api rwanda)
    {
        var person = (await rwanda.PostAsync("/api/v1/persons", new { node = Network.Rwanda.Node, name = Name, email = Email, phone = Phone, language = "fr" }, Ct, Key())).Expect(201).Id;
        var role = (await rwanda.PostAsync(
            $"/api/v1/persons/{person}/roles", new { kind = "mandate", title = "Treasurer Quartz", from = "2024-01-01", node = Network.Rwanda.Node, body = "steering-committee" }, Ct, Key())).Expect(201).Id;
        (await rwanda.PostAsync($"/api/v1/persons/{person}/roles/{role}/end", new { reason = $"{Name} resigned" }, Ct, Key())).Expect(200);
        (await rwanda.PostAsync($"/api/v1/persons/{person}/consents", new
        {
            purpose = "directory-network",
            fields = (string[])["name"],
            givenAt = "2026-03-01T10:00:00Z",
            source = $"Mail from {Email}",
            wordingVersion = 1,
            wordingLanguage = "fr",
        }, Ct, Key())).Expect(201);
        (await rwanda.PostAsync("/api/v1/accounts", new { personId = person, grants = (string[])[$"reader@{Network.Rwanda.Node}"] }, Ct)).Expect(201);
        return person;
    }

    private static object Launch(Guid person) => new
    {
        node = Network.Rwanda.Node,
        title = new { en = "Launch" },
        sourceLanguage = "en",
        startsOn = "2022-02-03",
        participants = 300,
        source = "https://example.org/launch",
        speakers = new object[] { new { name = Name, organisation = "Cooperative of Quartz", personId = person }, new { name = "Another Speaker" } },
    };

    private static (string, string) Key() => Network.Key($"{Guid.NewGuid()}");

    /// <summary>The tables that hold one of the words anywhere, as service.table.</summary>
    private async Task<List<string>> PlacesAsync()
    {
        var places = new List<string>();
        foreach (var service in (string[])["membership", "advocacy", "communications"])
        {
            const string Tables = "select quote_ident(table_schema) || '.' || quote_ident(table_name), table_name::text from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')";
            foreach (var (table, name) in await platform.Stack.QueryAsync(service, Tables, row => (row.GetString(0), row.GetString(1)), Ct))
            {
                var rows = await platform.Stack.QueryAsync(service, $"select t::text from {table} t", row => row.GetString(0), Ct);
                if (rows.Exists(IsIn))
                    places.Add($"{service}.{name}");
            }
        }

        return places;
    }

    /// <summary>The files of the installation that hold one of the words: logs, mails and all else but what the two servers keep.</summary>
    private async Task<List<string>> FilesAsync()
    {
        var root = platform.Stack.StateFolder;
        var files = new List<string>();
        foreach (var file in Directory.GetFiles(root, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(root, file).Split('/')[0] is not ("postgres" or "rabbitmq") && Path.GetExtension(file) != ".lock"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            if (IsIn(await reader.ReadToEndAsync(Ct)))
                files.Add(Path.GetRelativePath(root, file));
        }

        return files;
    }

    private static bool IsIn(string text) => Array.Exists(Words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
