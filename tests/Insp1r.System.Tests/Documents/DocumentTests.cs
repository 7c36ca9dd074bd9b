using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Insp1r.System.Tests.Access;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Documents;

/// <summary>Files of documents, all the way through the gateway.</summary>
public sealed class DocumentTests(Platform platform)
{
    private const int MaxFile = 10 << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Documents_FileOfTenMebibytes_ComesThrough_AndALargerOneIsToldSo(bool chunked)
    {
        var (api, documents) = await SetAsync();
        var document = (await api.PostAsync(documents, Records.Document, Ct)).Expect(201).Id;
        var (whole, larger) = (APdf(MaxFile), APdf(MaxFile + 1));
        (string, string)[] framing = chunked ? [("Transfer-Encoding", "chunked")] : [];

        var refused = await api.SendAsync(HttpMethod.Put, $"{documents}/{document}/file", Body(larger), Ct, framing);
        Assert.Equal((413, "/problems/too-large"), (refused.Status, refused.Problem));
        (await api.SendAsync(HttpMethod.Put, $"{documents}/{document}/file", Body(whole), Ct, [.. framing, ("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(whole))}:")])).Expect(201);

        var file = (await api.GetAsync($"{documents}/{document}/file", Ct)).Expect(200);
        Assert.Equal(($"{MaxFile}", $"\"{Convert.ToHexStringLower(SHA256.HashData(whole))}\""), (file.Headers["Content-Length"], file.ETag));
        Assert.StartsWith("sandbox", file.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.True(file.Body.AsSpan().SequenceEqual(whole));
        Assert.True((await api.GetAsync($"{documents}/{document}/file", Ct, ("Range", "bytes=9000000-"))).Expect(206).Body.AsSpan().SequenceEqual(whole.AsSpan(9_000_000)));
        (await api.PostAsync($"{documents}/{document}/withdrawal", new { reason = "It was a test" }, Ct)).Expect(200);
    }

    [Fact]
    public async Task Documents_UploadThatIsCut_LeavesNothing_AndGoesWhenSentAgain()
    {
        var (api, documents) = await SetAsync();
        var document = (await api.PostAsync(documents, Records.Document, Ct)).Expect(201).Id;
        var bytes = APdf(1 << 20);
        var token = (await Tokens.OfAsync(platform.Stack, Ct)).Of("cut-upload", [$"contributor@{Network.Rwanda.Node}"], ["write"]);

        using (var tcp = new TcpClient())
        {
            await tcp.ConnectAsync(platform.Stack.Address.Host, platform.Stack.Port, Ct);
            var stream = tcp.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"PUT {documents}/{document}/file HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nContent-Type: application/pdf\r\nContent-Length: {bytes.Length}\r\n\r\n"), Ct);
            await stream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2), Ct);
            // Nothing more will come. That the gateway ends the connection, one way or the other, says that it has told the service.
            tcp.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            Assert.DoesNotContain("HTTP/1.1 2", await ReadToTheEndAsync(reader), StringComparison.Ordinal);
        }

        Assert.Equal("awaiting-file", (string?)(await api.GetAsync($"{documents}/{document}", Ct)).Expect(200).Json["status"]);
        (await api.SendAsync(HttpMethod.Put, $"{documents}/{document}/file", Body(bytes), Ct)).Expect(201);
        Assert.True((await api.GetAsync($"{documents}/{document}/file", Ct)).Expect(200).Body.AsSpan().SequenceEqual(bytes));
    }

    private async Task<(Api Api, string Documents)> SetAsync()
    {
        await Network.EnsureAsync(platform.Stack, Ct);
        var api = platform.Stack.As(Network.Rwanda.Client);
        return (api, $"/api/v1/nodes/{(await api.GetAsync($"/api/v1/nodes/by-path/{Network.Rwanda.Node}", Ct)).Expect(200).Id}/documents");
    }

    private static async Task<string> ReadToTheEndAsync(StreamReader reader)
    {
        try
        {
            return await reader.ReadToEndAsync(Ct);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static byte[] APdf(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        "%PDF-1.7\n"u8.CopyTo(bytes);
        return bytes;
    }

    private static ByteArrayContent Body(byte[] bytes) => new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/pdf") } };
}
