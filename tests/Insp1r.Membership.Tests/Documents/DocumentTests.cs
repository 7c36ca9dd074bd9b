using System.Text;
using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;
using Npgsql;
using Merges = Insp1r.Membership.Tests.Merging.Records;

namespace Insp1r.Membership.Tests.Documents;

/// <summary>Documents on the records of organisations and networks (features.md, A17).</summary>
public sealed class DocumentTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_Fields_AreCheckedAllAtOnce()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = $"{await network.RecordAsync()}/documents";

        Assert.Equal(
            ["/title required", "/language unknown-language", "/date out-of-range", "/source required", "url-or-file"],
            await FaultsAsync(new { title = " ", category = "statutes", language = "xx", date = $"{DateTime.UtcNow.AddDays(3):yyyy-MM-dd}", source = "" }));
        Assert.Equal(["url-or-file"], await FaultsAsync(new { title = "t", category = "minutes", language = "fr", date = "2024-01-01", url = "https://example.org", fileName = "a.pdf" }));
        Assert.Equal(["/title too-long"], await FaultsAsync(Papers.Paper(new string('x', 301))));
        foreach (var url in (string[])["http://example.org/a.pdf", "https://name:secret@example.org/a.pdf", "javascript:alert(1)", "/a.pdf"])
            Assert.Equal(["/url bad-address"], await FaultsAsync(new { title = "t", category = "minutes", language = "fr", date = "2024-01-01", url }));
        foreach (var name in (string[])["../a.pdf", "a\\b.pdf", "C:a.pdf", ".pdf", "a\n.pdf", "a\u202Efdp.pdf", " a.pdf", "a.pdf ", new string('x', 197) + ".pdf", "a\"b.pdf"])
            Assert.Equal(["/fileName bad-file-name"], await FaultsAsync(Papers.Paper(fileName: name)));
        foreach (var name in (string[])["a.exe", "a.pdf.html", "pdf", "a.doc", "a.svg"])
            Assert.Equal(["/fileName unknown-file-type"], await FaultsAsync(Papers.Paper(fileName: name)));
        (await network.Contributor.PostAsync(path, new { title = "t", category = "secrets", language = "fr", date = "2024-01-01", fileName = "a.pdf" }, Ct)).IsProblem(400, "bad-request");
        Assert.Empty((await network.Reader.GetAsync(path, Ct)).Expect(200).Json["items"]!.AsArray());

        async Task<string[]> FaultsAsync(object paper) => (await network.Contributor.PostAsync(path, paper, Ct)).IsProblem(422, "invalid").Faults();
    }

    [Fact]
    public async Task Documents_OfAnOrganisation_SensitiveOnesStayHome_OthersAreSeenWhereItIsAMember()
    {
        var (home, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var record = await home.RecordAsync();
        await shared.Steward.PostAsync($"{record}/affiliations", new { node = other.Node, category = "observer" }, Ct);
        var bytes = Papers.APdf();
        var (kept, shown) = (await home.Contributor.AddFileAsync(record, bytes), await home.Contributor.AddFileAsync(record, bytes, Papers.Paper("Convention", sensitive: false)));
        using var stranger = shared.App.As("document-stranger", "steward@insp1r.asia");

        Assert.Equal(["Convention", "Statutes"], await TitlesAsync(home.Reader, record));
        Assert.Equal(["Convention"], await TitlesAsync(other.Reader, record));
        (await other.Reader.GetAsync($"{shown}/file", Ct)).Expect(200);
        Assert.Null((string?)(await other.Steward.GetAsync(shown, Ct)).Expect(200).Json["author"]);
        // What it was a member of once sees nothing more.
        var left = await shared.NewNetworkAsync(Ct);
        (await shared.Steward.PostAsync($"{record}/affiliations", new { node = left.Node }, Ct)).Expect(201);
        (await left.Reader.GetAsync(shown, Ct)).Expect(200);
        (await left.Steward.PostAsync($"{record}/affiliations/{left.Node}/moves", new { to = "withdrawn", reason = "They left", decidedBy = "Board", decidedOn = "2024-01-01" }, Ct)).Expect(200);
        (await left.Reader.GetAsync(shown, Ct)).IsProblem(404, "not-found");
        foreach (var path in (string[])[kept, $"{kept}/file"])
            (await other.Steward.GetAsync(path, Ct)).IsProblem(404, "not-found");
        foreach (var path in (string[])[$"{record}/documents", shown, $"{shown}/file", kept])
            (await stranger.GetAsync(path, Ct)).IsProblem(404, "not-found");
        await MayNotWriteAsync(other.Steward, record, shown, 404, "not-found");
        await MayNotWriteAsync(stranger, record, shown, 404, "not-found");
        await MayNotWriteAsync(home.Reader, record, shown, 403, "forbidden");
        // A document of one record is none of another.
        (await home.Reader.GetAsync($"{await home.RecordAsync()}/documents/{kept.Split('/')[^1]}", Ct)).IsProblem(404, "not-found");
        (await home.Reader.GetAsync($"{await home.RecordAsync("node")}/documents/{kept.Split('/')[^1]}", Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task Documents_OfANetwork_SensitiveOnesStayInIt_OthersEveryReaderSees()
    {
        var (home, other) = (await shared.NewNetworkAsync(Ct), await shared.NewNetworkAsync(Ct));
        var record = await home.RecordAsync("node");
        var bytes = Papers.APdf();
        var (kept, shown) = (await home.Contributor.AddFileAsync(record, bytes), await home.Contributor.AddFileAsync(record, bytes, Papers.Paper("Convention", sensitive: false)));

        Assert.Equal(["Convention", "Statutes"], await TitlesAsync(home.Reader, record));
        Assert.Equal(["Convention"], await TitlesAsync(other.Reader, record));
        (await other.Reader.GetAsync($"{shown}/file", Ct)).Expect(200);
        foreach (var path in (string[])[kept, $"{kept}/file"])
            (await other.Steward.GetAsync(path, Ct)).IsProblem(404, "not-found");
        await MayNotWriteAsync(other.Steward, record, shown, 404, "not-found");
        (await home.Reader.GetAsync($"/api/v1/nodes/{Guid.NewGuid()}/documents", Ct)).IsProblem(404, "not-found");
    }

    [Fact]
    public async Task Documents_Withdrawn_LeaveNeitherBytesNorWords()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var record = await network.RecordAsync();
        var words = $"Zanzibar{Guid.NewGuid():N}";
        object paper = new { title = words, category = "minutes", language = "fr", date = "2024-01-01", source = $"From {words}", fileName = $"{words}.txt" };
        var own = (await network.Contributor.PostAsync($"{record}/documents", paper, Ct, ("Idempotency-Key", $"document-{words}"))).Expect(201).Id;
        var path = $"{record}/documents/{own}";
        (await network.Contributor.PutAsync(path, Encoding.UTF8.GetBytes($"In it: {words}"), "text/plain")).Expect(201);
        var stewards = await network.Steward.AddAsync(record);
        Assert.Equal(["document_file", "idempotency_key", "record_document"], (await shared.TablesWithAsync(words, Ct)).Order(StringComparer.Ordinal));

        (await network.Contributor.PostAsync($"{stewards}/withdrawal", new { reason = "Not mine" }, Ct)).IsProblem(403, "forbidden");
        Assert.Equal(["/reason required"], (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "" }, Ct)).IsProblem(422, "invalid").Faults());
        var withdrawn = (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "The wrong meeting" }, Ct)).Expect(200);
        (await network.Steward.PostAsync($"{path}/withdrawal", new { reason = "Once more" }, Ct)).Expect(200);
        (await network.Steward.PostAsync($"{stewards}/withdrawal", new { reason = "It never came" }, Ct)).Expect(200);

        Assert.Empty(await shared.TablesWithAsync(words, Ct));
        Assert.Equal(0, await shared.FilesAsync(path));
        Assert.Equal(("withdrawn", "minutes", null, null, null, null, null), (
            (string?)withdrawn.Json["status"], (string?)withdrawn.Json["category"], (string?)withdrawn.Json["title"], (string?)withdrawn.Json["source"],
            (string?)withdrawn.Json["fileName"], (string?)withdrawn.Json["sha256"], (int?)withdrawn.Json["size"]));
        (await network.Reader.GetAsync($"{path}/file", Ct)).IsProblem(404, "not-found");
        (await network.Contributor.PutAsync(path, Encoding.UTF8.GetBytes("Anew"), "text/plain")).IsProblem(409, "document-withdrawn");
        Assert.Equal(["membership.document-withdrawn", "membership.document-filed", "membership.document-added"], await network.TrailAsync(own));
        Assert.Equal("The wrong meeting", await shared.ScalarAsync<string>("select reason from change_log where subject_id = $1 and type = 'membership.document-withdrawn'", Ct, own));
        Assert.Equal(2, (await network.Reader.GetAsync($"{record}/documents", Ct)).Expect(200).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Documents_AndComments_GoWithAMergeAndComeBack()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var merges = new Merges(shared, Ct);
        var (survivor, merged) = ((await network.RegisterAsync("Stays", Ct)).Expect(201).Id, (await network.RegisterAsync("Was twice", Ct)).Expect(201).Id);
        var (bytes, late) = (Papers.APdf(), Papers.APdf());
        var (ours, theirs) = ($"/api/v1/organisations/{survivor}", $"/api/v1/organisations/{merged}");
        await network.Contributor.AddFileAsync(ours, bytes, Papers.Paper("Ours"));
        var moved = Guid.Parse((await network.Contributor.AddFileAsync(theirs, bytes, Papers.Paper("Theirs"))).Split('/')[^1]);
        var awaited = Guid.Parse((await network.Contributor.AddAsync(theirs, Papers.Paper("Awaited"))).Split('/')[^1]);
        var gone = Guid.Parse((await network.Contributor.AddFileAsync(theirs, bytes, Papers.Paper("Gone"))).Split('/')[^1]);
        var comment = (await network.Contributor.PostAsync($"{theirs}/comments", new { text = "Of the duplicate" }, Ct)).Expect(201).Id;

        var merge = (await merges.MergeAsync(network.Steward, survivor, merged)).Expect(200).Id;
        Assert.Equal(["Gone", "Awaited", "Theirs", "Ours"], await TitlesAsync(network.Reader, ours));
        Assert.Equal(["Of the duplicate"], await TextsAsync(ours));
        Assert.Equal(bytes, (await network.Reader.GetAsync($"{ours}/documents/{moved}/file", Ct)).Expect(200).Body);
        Assert.Equal("membership.document-moved", (await network.TrailAsync(moved))[0]);
        Assert.Equal(["membership.comment-moved", "membership.comment-added"], await network.TrailAsync(comment));
        // By the id that was merged they are found, and nothing is added.
        Assert.Equal(["Gone", "Awaited", "Theirs", "Ours"], await TitlesAsync(network.Reader, theirs));
        Assert.Equal(["Of the duplicate"], await TextsAsync(theirs));
        Assert.Equal($"{ours}/documents/{moved}", (await network.Reader.GetAsync($"{theirs}/documents/{moved}", Ct)).Expect(200).Headers["Content-Location"]);
        (await network.Contributor.PostAsync($"{theirs}/documents", Papers.Paper(), Ct)).IsProblem(409, "organisation-merged");
        (await network.Contributor.PutAsync($"{theirs}/documents/{awaited}", late)).IsProblem(409, "organisation-merged");
        (await network.Contributor.PostAsync($"{theirs}/comments", new { text = "Late" }, Ct)).IsProblem(409, "organisation-merged");
        // Meanwhile: one gets its file, one is withdrawn, one is added.
        (await network.Contributor.PutAsync($"{ours}/documents/{awaited}", late)).Expect(201);
        (await network.Steward.PostAsync($"{ours}/documents/{gone}/withdrawal", new { reason = "Wrong" }, Ct)).Expect(200);
        await network.Contributor.AddAsync(ours, Papers.Paper("Added since"));

        (await merges.UndoAsync(network.Steward, merge)).Expect(200);
        Assert.Equal(["Added since", "Ours"], await TitlesAsync(network.Reader, ours));
        Assert.Equal(["-", "Awaited", "Theirs"], await TitlesAsync(network.Reader, theirs));
        Assert.Equal((0, 1), ((await TextsAsync(ours)).Length, (await TextsAsync(theirs)).Length));
        Assert.Equal(late, (await network.Reader.GetAsync($"{theirs}/documents/{awaited}/file", Ct)).Expect(200).Body);

        async Task<string[]> TextsAsync(string record) => [.. (await network.Reader.GetAsync($"{record}/comments", Ct)).Expect(200).Json["items"]!.AsArray().Select(c => (string)c!["text"]!)];
    }

    [Theory]
    [InlineData("documents")]
    [InlineData("comments")]
    public async Task Documents_AndComments_AddedWhileTheirRecordIsMerged_AreRefused(string what)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var (survivor, merged) = ((await network.RegisterAsync("Stays", Ct)).Expect(201).Id, (await network.RegisterAsync("Was twice", Ct)).Expect(201).Id);
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var merging = await connection.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("select 1 from member_organisation where id = $1 for update", connection, merging) { Parameters = { new() { Value = merged } } })
            await hold.ExecuteNonQueryAsync(Ct);

        var adding = network.Contributor.PostAsync($"/api/v1/organisations/{merged}/{what}", what == "comments" ? new { text = "Late" } : Papers.Paper(), Ct);
        await Until.TrueAsync(async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", Ct, connection.ProcessID) > 0, "it waits", Ct);
        await using (var merge = new NpgsqlCommand("update member_organisation set merged_into = $1 where id = $2", connection, merging) { Parameters = { new() { Value = survivor }, new() { Value = merged } } })
            await merge.ExecuteNonQueryAsync(Ct);
        await merging.CommitAsync(Ct);

        (await adding).IsProblem(409, "organisation-merged");
        Assert.Equal(0, await shared.ScalarAsync<long>("select (select count(*) from record_document where organisation_id = $1) + (select count(*) from record_comment where organisation_id = $1)", Ct, merged));
    }

    [Fact]
    public async Task Documents_Pages_AreTheWholeOnceAndTheNewestFirst_AlsoAsAFile()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var record = await network.RecordAsync();
        for (var i = 0; i < 5; i++)
            await network.Contributor.AddAsync(record, Papers.Paper($"{i}"));

        var titles = new List<string>();
        for (var after = ""; after is not null;)
        {
            var page = (await network.Reader.GetAsync($"{record}/documents?limit=2{after}", Ct)).Expect(200).Json;
            titles.AddRange(page["items"]!.AsArray().Select(d => (string)d!["title"]!));
            after = (string?)page["next"] is { } next ? $"&after={next}" : null;
        }

        Assert.Equal(["4", "3", "2", "1", "0"], titles);
        Assert.Equal(["\uFEFFstatus,title", "awaiting-file,4", "awaiting-file,3"], (await network.Reader.GetAsync($"{record}/documents?format=csv&fields=title,status", Ct)).Expect(200).Text.Split("\r\n")[..3]);
    }

    [Fact]
    public async Task Documents_InTheApisDocument_AreBinaryBodiesWithoutAVersion()
    {
        using var open = shared.App.CreateClient();
        var paths = JsonNode.Parse(await open.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Ct))!["paths"]!;

        foreach (var kind in (string[])["organisations", "nodes"])
        {
            var file = paths[$"/api/v1/{kind}/{{id}}/documents/{{documentId}}/file"]!;
            foreach (var content in (JsonNode?[])[file["put"]!["requestBody"]!["content"], file["get"]!["responses"]!["200"]!["content"], file["get"]!["responses"]!["206"]!["content"]])
            {
                Assert.Equal(9, content!.AsObject().Count(type => !type.Key.Contains("json", StringComparison.Ordinal)));
                Assert.Contains("\"binary\"", content["application/pdf"]!.ToJsonString() + (content["application/pdf"]!["schema"]?["$ref"] is { } reference ? Resolve((string)reference!) : ""), StringComparison.Ordinal);
            }

            Assert.Equal(["Content-Digest"], file["put"]!["parameters"]!.AsArray().Where(p => (string?)p!["in"] == "header").Select(p => (string?)p!["name"]));
            Assert.All((string[])["200", "201", "409", "422"], status => Assert.NotNull(file["put"]!["responses"]![status]));
        }

        string Resolve(string reference) => paths.Root["components"]!["schemas"]![reference.Split('/')[^1]]!.ToJsonString();
    }

    private static async Task MayNotWriteAsync(Api api, string record, string document, int status, string problem)
    {
        (await api.PostAsync($"{record}/documents", Papers.Paper(), Ct)).IsProblem(status, problem);
        (await api.PutAsync(document, Papers.APdf())).IsProblem(status, problem);
        (await api.PostAsync($"{document}/withdrawal", new { reason = "Not mine" }, Ct)).IsProblem(status, problem);
    }

    private static async Task<string[]> TitlesAsync(Api api, string record) =>
        [.. (await api.GetAsync($"{record}/documents", Ct)).Expect(200).Json["items"]!.AsArray().Select(d => (string?)d!["title"] ?? "-")];

}
