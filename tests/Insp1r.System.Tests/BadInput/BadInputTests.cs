using System.Net.Sockets;
using System.Text;
using Insp1r.System.Tests.Contract;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.BadInput;

/// <summary>What cannot be right is answered 4xx with a problem that says why, and changes nothing: not one row of any table.</summary>
public sealed class BadInputTests(Platform platform, BadInputTests.Before before) : IClassFixture<BadInputTests.Before>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Bodies => [.. Malformed.All.Select(body => body.Name)];

    public static TheoryData<string> Requests => [.. BadRequest.All.Select(request => request.Name)];

    /// <summary>The records that the requests are about, and everything as it was before them.</summary>
    public sealed class Before(Platform platform) : IAsyncLifetime
    {
        internal Records Records { get; private set; } = null!;
        internal string Digest { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Records = await Records.CreateAsync(platform.Stack, Network.Rwanda, Ct);
            await Replication.UntilCompleteAsync(platform.Stack, Until.Generous, Ct);
            Digest = await Testing.Stack.Digest.OfAsync(platform.Stack, Ct);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_ToEveryWrite_IsRefusedAndChangesNothing(string name)
    {
        var body = Malformed.All.Single(candidate => candidate.Name == name);
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);
        var writes = document.Operations.Where(operation => operation.BodyType == "application/json" && !operation.Path.StartsWith("/api/v1/sync/", StringComparison.Ordinal)).ToList();
        var wrong = new List<string>();

        foreach (var write in writes)
        {
            var api = platform.Stack.As(write.IsOperators ? "operator" : "rwanda");
            var answer = await api.SendAsync(
                write.Method, ApiDocument.Address(write, before.Records.Ids), body.Body(), Ct,
                write.Method == HttpMethod.Patch ? ("If-Match", "*") : ("Idempotency-Key", $"{Guid.NewGuid()}"));
            if (!body.Statuses.Contains(answer.Status) || answer.Problem?.StartsWith("/problems/", StringComparison.Ordinal) != true)
                wrong.Add($"{write}: {answer}");
        }

        Assert.True(writes.Count >= 12, $"Only {writes.Count} writes take JSON.");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(before.Digest, await Digest.OfAsync(platform.Stack, Ct));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_IsRefusedAndChangesNothing(string name)
    {
        var request = BadRequest.All.Single(candidate => candidate.Name == name);

        var answer = await platform.Stack.As(request.Client).SendAsync(
            request.Method, request.Address(before.Records.Ids), request.Body is null ? null : Api.JsonBody(request.Body), Ct, request.Headers);

        Assert.Equal((request.Status, request.Problem), (answer.Status, answer.Problem));
        if (request.Pointer is { } pointer)
            Assert.Contains(pointer, answer.Json["errors"]!.AsArray().Select(error => (string)error!["pointer"]!));
        Assert.Equal(before.Digest, await Digest.OfAsync(platform.Stack, Ct));
    }

    /// <summary>What is not HTTP is refused by the server itself, before there is a request to answer with a problem.</summary>
    [Theory]
    [InlineData("GET /api/v1/organisations HTTP/1.1\r\n\r\n", "no host")]
    [InlineData("GET /api/v1/organisations HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "two hosts")]
    [InlineData("POST /api/v1/organisations HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n", "two lengths: a second request smuggled in the first")]
    [InlineData("POST /api/v1/organisations HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "a negative length")]
    [InlineData("POST /api/v1/organisations HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", "a length without end")]
    [InlineData("POST /api/v1/organisations HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "two different lengths")]
    [InlineData("POST /api/v1/organisations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n", "a chunk of no size")]
    [InlineData("GET /api/v1/organisations HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c: folded\r\n\r\n", "a folded header")]
    [InlineData("GET /api/v1/organisations HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n", "a space in a header's name")]
    [InlineData("GET /api/v1/organisations HTTP/1.1\r\nHost: a\r\nX-A: a\0b\r\n\r\n", "NUL in a header")]
    [InlineData("GET /api/v1/organisations\0 HTTP/1.1\r\nHost: a\r\n\r\n", "NUL in the path")]
    [InlineData("GET /api/v1/organisations/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "NUL in the path, escaped")]
    [InlineData("GET api HTTP/1.1\r\nHost: a\r\n\r\n", "no path")]
    [InlineData("GET /api/v1/organisations HTTP/9.9\r\nHost: a\r\n\r\n", "an unknown version")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0", "TLS")]
    public async Task Bytes_ThatAreNotHttp_AreRefused(string bytes, string what)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", platform.Stack.Port, Ct);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes), Ct);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.Latin1);

        var answer = await reader.ReadToEndAsync(Ct);

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), $"{what}: {answer}");
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - (answer.Length == 0 ? 0 : 1));
        Assert.Equal(before.Digest, await Digest.OfAsync(platform.Stack, Ct));
    }
}
