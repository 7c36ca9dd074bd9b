using System.Net.Sockets;
using System.Text;
using Insp1r.Testing.Stack;
using Npgsql;

namespace Insp1r.Membership.Tests.Documents;

/// <summary>The files of documents: sent over lines that break, and given as they came (features.md, A17).</summary>
public sealed class DocumentFileTests(Shared shared)
{
    private const int MaxFile = 10 << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("organisation")]
    [InlineData("node")]
    public async Task Documents_FileThatIsSent_ComesBackAsItWas(string kind)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var record = await network.RecordAsync(kind);
        var (bytes, title) = (Papers.APdf(300_000), $"Statuts{Guid.NewGuid():N}");

        var added = (await network.Contributor.PostAsync($"{record}/documents", Papers.Paper(title, "Statuts révisés.PDF"), Ct)).Expect(201);
        var path = $"{record}/documents/{added.Id}";
        Assert.Equal((path, "awaiting-file", Papers.Pdf, true), (added.Headers["Location"], (string?)added.Json["status"], (string?)added.Json["mediaType"], (bool)added.Json["sensitive"]!));
        (await network.Reader.GetAsync($"{path}/file", Ct)).IsProblem(404, "not-found");
        var sent = (await network.Contributor.PutAsync(path, bytes, Papers.Pdf, ("Content-Digest", $"sha-512=:AAAA:, {Papers.Digest(bytes)}"))).Expect(201);
        Assert.Equal(("there", 300_000, Papers.Hash(bytes), 2), ((string?)sent.Json["status"], (int)sent.Json["size"]!, (string?)sent.Json["sha256"], sent.Version));

        var file = (await network.Reader.GetAsync($"{path}/file", Ct)).Expect(200);
        Assert.Equal(bytes, file.Body);
        Assert.Equal(
            (Papers.Pdf, "300000", $"\"{Papers.Hash(bytes)}\"", "bytes", "nosniff"),
            (file.ContentType, file.Headers["Content-Length"], file.ETag, file.Headers["Accept-Ranges"], file.Headers["X-Content-Type-Options"]));
        Assert.StartsWith("attachment; ", file.Headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Contains("filename*=UTF-8''Statuts%20r%C3%A9vis%C3%A9s.PDF", file.Headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.StartsWith("sandbox; default-src 'none'", file.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal(304, (await network.Reader.GetAsync($"{path}/file", Ct, ("If-None-Match", file.ETag!))).Status);

        var listed = Assert.Single((await network.Reader.GetAsync($"{record}/documents", Ct)).Expect(200).Json["items"]!.AsArray())!;
        Assert.Equal((title, null), ((string?)listed["title"], (string?)listed["author"]));
        var one = (await network.Contributor.GetAsync(path, Ct)).Expect(200);
        Assert.Equal(("\"2\"", $"contributor-{network.Ns}", "statutes", "2019-12-01"), (one.ETag, (string?)one.Json["author"], (string?)one.Json["category"], (string?)one.Json["date"]));

        // The trail tells that there is one, and not what it is called.
        Assert.Equal(["record_document"], await shared.TablesWithAsync(title, Ct));
        Assert.Equal(["membership.document-filed", "membership.document-added"], await network.TrailAsync(added.Id));
        (await network.Steward.PostAsync($"{path}/withdrawal", new { reason = "It was a test" }, Ct)).Expect(200);
    }

    [Fact]
    public async Task Documents_FileOfTenMebibytes_IsTaken_AndOneByteMoreIsNot()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var record = await network.RecordAsync();
        var (whole, larger) = (Papers.APdf(MaxFile), Papers.APdf(MaxFile + 1));

        var path = await network.Contributor.AddAsync(record);
        (await network.Contributor.PutAsync(path, larger)).IsProblem(413, "too-large");
        (await network.Contributor.PutChunkedAsync(path, larger)).IsProblem(413, "too-large");
        Assert.Equal("awaiting-file", (string?)(await network.Reader.GetAsync(path, Ct)).Expect(200).Json["status"]);
        (await network.Contributor.PutChunkedAsync(path, whole)).Expect(201);

        // From anywhere, across the slices that it is read in, and what is not there is refused.
        Assert.Equal(whole, (await network.Reader.GetAsync($"{path}/file", Ct)).Expect(200).Body);
        foreach (var (range, start, end) in ((string, int, int)[])
            [("0-0", 0, 1), ("262143-262145", 262_143, 262_146), ("-7", MaxFile - 7, MaxFile), ("5242880-", 5_242_880, MaxFile), ($"{MaxFile - 1}-", MaxFile - 1, MaxFile)])
        {
            var part = (await network.Reader.GetAsync($"{path}/file", Ct, ("Range", $"bytes={range}"), ("If-Range", $"\"{Papers.Hash(whole)}\""))).Expect(206);
            Assert.Equal((range, $"bytes {start}-{end - 1}/{MaxFile}"), (range, part.Headers["Content-Range"]));
            Assert.True(part.Body.AsSpan().SequenceEqual(whole.AsSpan(start..end)), range);
        }

        Assert.Equal(416, (await network.Reader.GetAsync($"{path}/file", Ct, ("Range", $"bytes={MaxFile}-"))).Status);
        (await network.Reader.GetAsync($"{path}/file", Ct, ("Range", "bytes=5-9"), ("If-Range", "\"another\""))).Expect(200);
        Assert.Equal('e', await shared.ScalarAsync<char>("select attstorage from pg_attribute where attrelid = 'document_file'::regclass and attname = 'bytes'", Ct));
        // The tests beside this one search all tables for words.
        (await network.Contributor.PostAsync($"{path}/withdrawal", new { reason = "It was a test" }, Ct)).Expect(200);
    }

    [Fact]
    public async Task Documents_UploadThatIsCut_LeavesNothing_AndGoesWhenSentAgain()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await network.Contributor.AddAsync(await network.RecordAsync());
        var bytes = Papers.APdf(1 << 20);
        var token = shared.App.Token($"contributor-{network.Ns}", [$"contributor@{network.Node}"], "write");

        foreach (var framing in (string[])[$"Content-Length: {bytes.Length}\r\n\r\n", $"Transfer-Encoding: chunked\r\n\r\n{bytes.Length:x}\r\n"])
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(shared.App.Address.Host, shared.App.Address.Port, Ct);
            var stream = tcp.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PUT {path}/file HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nContent-Type: {Papers.Pdf}\r\n{framing}"), Ct);
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), Ct);
            // Nothing more will come. That the server ends the connection says that it has done all that it does.
            tcp.Client.Shutdown(SocketShutdown.Send);
            Assert.DoesNotContain("HTTP/1.1 2", await ReadToTheEndAsync(stream), StringComparison.Ordinal);
        }

        Assert.Equal("awaiting-file", (string?)(await network.Reader.GetAsync(path, Ct)).Expect(200).Json["status"]);
        Assert.Equal(0, await shared.FilesAsync(path));
        (await network.Contributor.PutAsync(path, bytes)).Expect(201);
        Assert.Equal(bytes, (await network.Reader.GetAsync($"{path}/file", Ct)).Expect(200).Body);
    }

    /// <summary>All that comes until the server ends the connection; where it left what was sent unread, its end is a reset.</summary>
    private static async Task<string> ReadToTheEndAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Ct) is > 0 and var read)
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
        }

        return text.ToString();
    }

    [Fact]
    public async Task Documents_FileSentAgain_ChangesNothing_AndAnotherIsRefused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var record = await network.RecordAsync();
        var bytes = Papers.APdf();
        var path = await network.Contributor.AddFileAsync(record, bytes);
        var before = (await network.Steward.GetAsync(path, Ct)).Expect(200).Text;

        (await network.Steward.PutAsync(path, bytes)).Expect(200);
        Assert.Contains("withdraw it", (string?)(await network.Contributor.PutAsync(path, Papers.APdf())).IsProblem(409, "document-filed").Json["detail"], StringComparison.Ordinal);
        Assert.Equal(before, (await network.Steward.GetAsync(path, Ct)).Expect(200).Text);
        Assert.Equal(bytes, (await network.Reader.GetAsync($"{path}/file", Ct)).Expect(200).Body);
        Assert.Equal(2, (await network.TrailAsync(Guid.Parse(path.Split('/')[^1]))).Length);

        var address = await network.Contributor.AddAsync(record, new { title = "Online", category = "report", language = "rw", date = "2024-05-01", url = "https://example.org/report" });
        Assert.Equal("there", (string?)(await network.Reader.GetAsync(address, Ct)).Expect(200).Json["status"]);
        (await network.Contributor.PutAsync(address, bytes)).IsProblem(409, "document-filed");
        (await network.Reader.GetAsync($"{address}/file", Ct)).IsProblem(404, "not-found");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Documents_TwoUploadsAtOnce_OneIsTaken_TheOtherIsJudgedByItsBytes(bool same)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await network.Contributor.AddAsync(await network.RecordAsync());
        var (one, other) = (Papers.APdf(), Papers.APdf());
        if (same)
            other = one;
        await using var connection = new NpgsqlConnection(shared.Database);
        await connection.OpenAsync(Ct);
        await using var held = await connection.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("select 1 from record_document where id = $1 for update", connection, held) { Parameters = { new() { Value = Guid.Parse(path.Split('/')[^1]) } } })
            await hold.ExecuteNonQueryAsync(Ct);

        var uploads = (Task<Answer>[])[network.Contributor.PutAsync(path, one), network.Steward.PutAsync(path, other)];
        await Until.TrueAsync(
            async () => await shared.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%record_document%for update%'", Ct) == 2, "both wait", Ct);
        await held.CommitAsync(Ct);
        var answers = await Task.WhenAll(uploads);

        Assert.Equal(same ? [200, 201] : [201, 409], answers.Select(answer => answer.Status).Order());
        var won = answers[0].Status == 201 ? one : other;
        Assert.Equal(won, (await network.Reader.GetAsync($"{path}/file", Ct)).Expect(200).Body);
        Assert.Equal(1, await shared.FilesAsync(path));
    }

    [Theory]
    [InlineData("a.pdf", "application/pdf", "255044462D", true)]
    [InlineData("a.pdf", "application/pdf", "504B0304", false)]
    [InlineData("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "504B030414", true)]
    [InlineData("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "D0CF11E0A1B11AE1", false)]
    [InlineData("a.odt", "application/vnd.oasis.opendocument.text", "504B030414", true)]
    [InlineData("a.ods", "application/vnd.oasis.opendocument.spreadsheet", "255044462D", false)]
    [InlineData("a.png", "image/png", "89504E470D0A1A0A00", true)]
    [InlineData("a.png", "image/png", "89504E470A1A0A", false)]
    [InlineData("a.jpg", "image/jpeg", "FFD8FFE0", true)]
    [InlineData("a.jpeg", "image/jpeg", "89504E470D0A1A0A", false)]
    [InlineData("a.txt", "text/plain", "C3A9", true)]
    [InlineData("a.txt", "text/plain; charset=utf-8", "6100", false)]
    [InlineData("a.csv", "text/csv; charset=utf-8", "612C620A", true)]
    [InlineData("a.csv", "text/csv", "E92C620A", false)]
    [InlineData("a.csv", "text/csv", "", false)]
    public async Task Documents_Bytes_AreWhatTheNameSays(string name, string type, string bytes, bool fits)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await network.Contributor.AddAsync(await network.RecordAsync(), Papers.Paper(fileName: name));

        var answer = await network.Contributor.PutAsync(path, Convert.FromHexString(bytes), type);

        if (fits)
            answer.Expect(201);
        else
            answer.IsProblem(422, "file-not-of-its-type");
        Assert.Equal(fits ? 1 : 0, await shared.FilesAsync(path));
    }

    [Fact]
    public async Task Documents_UploadThatIsNotWhatItSays_IsRefused()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var path = await network.Contributor.AddAsync(await network.RecordAsync());
        var bytes = Papers.APdf();

        (await network.Contributor.PutAsync(path, bytes, "image/png")).IsProblem(415, "unsupported-media-type");
        (await network.Contributor.PutAsync(path, bytes, "application/zip")).IsProblem(415, "unsupported-media-type");
        (await network.Contributor.PutAsync(path, bytes, Papers.Pdf, ("Content-Digest", Papers.Digest(Papers.APdf())))).IsProblem(422, "digest-mismatch");
        foreach (var digest in (string[])["sha-512=:AAAA:", "sha-256=AAAA", "sha-256=:AAAA:", "sha-256=:", $"SHA-256={Convert.ToBase64String(new byte[32])}", ""])
            (await network.Contributor.PutAsync(path, bytes, Papers.Pdf, ("Content-Digest", digest))).IsProblem(400, "bad-digest");
        Assert.Equal(0, await shared.FilesAsync(path));
        (await network.Contributor.PutAsync(path, bytes, Papers.Pdf, ("Content-Digest", Papers.Digest(bytes)))).Expect(201);
    }
}
