using System.Net.Http.Headers;
using System.Security.Cryptography;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Documents;

/// <summary>What tests of documents do: a record to put them on, and files.</summary>
internal static class Papers
{
    public const string Pdf = "application/pdf";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The address of a network's own record of this kind, organisation or node.</summary>
    public static async Task<string> RecordAsync(this Network network, string kind = "organisation") => kind == "organisation"
        ? $"/api/v1/organisations/{(await network.RegisterAsync("With papers", Ct)).Expect(201).Id}"
        : $"/api/v1/nodes/{(await network.Reader.GetAsync($"/api/v1/nodes/by-path/{network.Node}", Ct)).Expect(200).Id}";

    public static object Paper(string title = "Statutes", string fileName = "statutes.pdf", bool? sensitive = null) => sensitive is null
        ? new { title, category = "statutes", language = "en", date = "2019-12-01", fileName }
        : new { title, category = "statutes", language = "en", date = "2019-12-01", fileName, sensitive };

    /// <summary>Adds a document without its file, and gives its address.</summary>
    public static async Task<string> AddAsync(this Api api, string record, object? paper = null) =>
        $"{record}/documents/{(await api.PostAsync($"{record}/documents", paper ?? Paper(), Ct)).Expect(201).Id}";

    /// <summary>Adds a document with this file, and gives its address.</summary>
    public static async Task<string> AddFileAsync(this Api api, string record, byte[] bytes, object? paper = null)
    {
        var path = await api.AddAsync(record, paper);
        (await api.PutAsync(path, bytes)).Expect(201);
        return path;
    }

    public static Task<Answer> PutAsync(this Api api, string path, byte[] bytes, string type = Pdf, params (string, string)[] headers) =>
        api.SendAsync(HttpMethod.Put, $"{path}/file", Body(bytes, type), Ct, headers);

    /// <summary>Nobody says beforehand how long it is.</summary>
    public static Task<Answer> PutChunkedAsync(this Api api, string path, byte[] bytes)
    {
        var body = Body(bytes, Pdf);
        return api.SendAsync(HttpMethod.Put, $"{path}/file", body, Ct, ("Transfer-Encoding", "chunked"));
    }

    public static HttpContent Body(byte[] bytes, string type)
    {
        var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return body;
    }

    /// <summary>A file of so many bytes, each time another one.</summary>
    public static byte[] APdf(int length = 1_000)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        "%PDF-1.7\n"u8.CopyTo(bytes);
        return bytes;
    }

    public static string Digest(byte[] bytes) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:";

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>What the trail tells of a document or a comment, the latest first.</summary>
    public static async Task<string[]> TrailAsync(this Network network, Guid id) =>
        [.. (await network.Steward.GetAsync($"/api/v1/audit/membership?subjectId={id}", Ct)).Expect(200).Json["items"]!.AsArray().Select(e => (string)e!["type"]!)];

    /// <summary>How many files the document at this address has.</summary>
    public static Task<long> FilesAsync(this Shared shared, string path) =>
        shared.ScalarAsync<long>("select count(*) from document_file where document_id = $1", Ct, Guid.Parse(path.Split('/')[^1]));
}
