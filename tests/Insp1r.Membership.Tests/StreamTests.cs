using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests;

public sealed class StreamTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(499)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(1_000)]
    [InlineData(1_234)]
    public async Task S4_Stream_AnswersEachLineInOrder(int lines)
    {
        var network = await shared.NewNetworkAsync(Ct);

        var answer = (await network.StreamAsync(Enumerable.Range(0, lines).Select(i => network.Item($"{i}").ToJsonString()), Ct)).Expect(200);

        Assert.StartsWith("application/x-ndjson", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal(lines + 1, answer.Lines.Count);
        for (var i = 0; i < lines; i++)
            Assert.Equal((i + 1, $"{network.Ns}:{i}", "created"), ((int)answer.Lines[i]["line"]!, (string?)answer.Lines[i]["externalId"], (string?)answer.Lines[i]["result"]));
        Assert.Equal($"{lines} created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", answer.Lines[^1].Summary());
        Assert.Equal(lines, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1", Ct, network.Node));
    }

    [Fact]
    public async Task S4_Stream_BlankLinesByteOrderMarkAndMissingLastLineFeed_AreNoFaults()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"\uFEFF{network.Item("1").ToJsonString()}\r\n\n  \n{network.Item("2").ToJsonString()}"));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");

        var answer = (await network.Contributor.SendAsync(HttpMethod.Post, "/api/v1/sync/batches", body, Ct)).Expect(200);

        Assert.Equal([1, 4], answer.Lines.Take(2).Select(line => (int)line["line"]!));
        Assert.Equal("2 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", answer.Lines[^1].Summary());
    }

    [Fact]
    public async Task S4_Stream_RepeatedIdInALaterChunk_IsRejected()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var lines = Enumerable.Range(0, 800).Select(i => network.Item($"{(i == 700 ? 3 : i)}", ("acronym", $"A{i}")).ToJsonString()).ToList();

        var validated = (await network.StreamAsync(lines, Ct, "?mode=validate")).Expect(200);
        var committed = (await network.StreamAsync(lines, Ct)).Expect(200);

        Assert.Equal("799 created, 0 updated, 0 unchanged, 0 conflict, 1 rejected", committed.Lines[^1].Summary());
        Assert.Equal(committed.Lines[^1].Summary(), validated.Lines[^1].Summary());
        Assert.Equal(["/externalId repeated"], committed.Lines[700].Faults());
    }

    [Fact]
    public async Task S4_Stream_ResultsComeWhileTheBodyIsStillSent()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await using var connection = await RawStream.OpenAsync(shared, network, Ct);

        await connection.SendAsync(Enumerable.Range(0, 500).Select(i => network.Item($"{i}").ToJsonString()), Ct);
        Assert.Contains(" 200 ", await connection.ReadLineAsync(Ct), StringComparison.Ordinal);
        var first = await connection.ReadResultAsync(Ct);
        for (var i = 1; i < 500; i++)
            await connection.ReadResultAsync(Ct);
        await connection.SendAsync([network.Item("last").ToJsonString()], Ct);
        await connection.EndAsync(Ct);
        var last = await connection.ReadResultAsync(Ct);
        var summary = await connection.ReadResultAsync(Ct);

        Assert.Equal("created", (string?)first["result"]);
        Assert.Equal(501, (int)last["line"]!);
        Assert.Equal("501 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", summary.Summary());
    }

    [Fact]
    public async Task S4_Stream_ClientThatReadsOnlyAtTheEnd_IsNotWaitedFor()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await using var connection = await RawStream.OpenAsync(shared, network, Ct, receiveBuffer: 4_096);
        // Rejected lines with long answers: more than all buffers between us and the service hold.
        const int Lines = 40_000;
        var bad = network.Item("x", ("types", new JsonArray("bank", "bank", "bank"))).ToJsonString();

        for (var sent = 0; sent < Lines; sent += 1_000)
            await connection.SendAsync(Enumerable.Repeat(bad, 1_000), Ct);
        await connection.EndAsync(Ct);

        await connection.ReadLineAsync(Ct);
        for (var i = 0; i < Lines; i++)
            await connection.ReadResultAsync(Ct);
        Assert.Equal($"0 created, 0 updated, 0 unchanged, 0 conflict, {Lines} rejected", (await connection.ReadResultAsync(Ct)).Summary());
    }

    [Fact]
    public async Task S5_Stream_CutAndSentAgainWithItsKey_GoesOnWithoutSecondEffect()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var lines = Enumerable.Range(0, 1_300).Select(i => network.Item($"{i}").ToJsonString()).ToList();
        await using (var connection = await RawStream.OpenAsync(shared, network, Ct, key: "cut"))
        {
            await connection.SendAsync(lines.Take(700), Ct);
            await connection.ReadLineAsync(Ct);
            for (var i = 0; i < 500; i++)
                await connection.ReadResultAsync(Ct);
        }

        // The 200 lines of the unfinished chunk went with the connection.
        Assert.Equal(500, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1", Ct, network.Node));
        // What happens between makes the difference between a replay and a second effect.
        await network.PushAsync([network.Item("0", ("name", "Between"))], Ct);
        var again = await Until.NotNullAsync(
            async () => await network.StreamAsync(lines, Ct, headers: ("Idempotency-Key", "cut")) is { Status: 200 } answer ? answer : null, "the key is free again", Ct);

        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal("1300 created, 0 updated, 0 unchanged, 0 conflict, 0 rejected", again.Lines[^1].Summary());
        Assert.Equal("Between", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/0", Ct)).Json["name"]);
        Assert.Equal(1_300 + 1 + 1, await shared.LogRowsAsync(network.Node, Ct));
    }

    [Fact]
    public async Task S5_SameKeySameBody_GetsTheSameResults_OtherBody422()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var lines = Enumerable.Range(0, 700).Select(i => network.Item($"{i}").ToJsonString()).ToList();
        var key = ("Idempotency-Key", "stream-1");

        var first = (await network.StreamAsync(lines, Ct, headers: key)).Expect(200);
        var second = (await network.StreamAsync(lines, Ct, headers: key)).Expect(200);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(700 + 1, await shared.LogRowsAsync(network.Node, Ct));

        (await network.StreamAsync(lines.Take(3), Ct, headers: key)).IsProblem(422, "idempotency-key-reused");
        var longer = (await network.StreamAsync(lines.Append(network.Item("more").ToJsonString()), Ct, headers: key)).Expect(200);
        Assert.Equal(501, longer.Lines.Count);
        Assert.Equal("/problems/idempotency-key-reused", (string?)longer.Lines[^1]["error"]!["type"]);
        var shorter = (await network.StreamAsync(lines.Take(500), Ct, headers: key)).Expect(200);
        Assert.Equal("/problems/idempotency-key-reused", (string?)shorter.Lines[^1]["error"]!["type"]);
        Assert.Equal(700, await shared.ScalarAsync<long>("select count(*) from member_organisation where node = $1", Ct, network.Node));
        // Keys are the client's own, and a validation needs none.
        Assert.Equal(200, (await network.StreamAsync(lines.Take(3), Ct, "?mode=validate", key)).Status);
        using var sibling = shared.App.As("sibling", $"contributor@{network.Node}");
        Assert.Equal(200, (await sibling.SendAsync(HttpMethod.Post, "/api/v1/sync/batches", Api.Ndjson(lines.Take(3)), Ct, key)).Status);
    }

    [Fact]
    public async Task S5_KeyInFlight_Is409()
    {
        var network = await shared.NewNetworkAsync(Ct);
        await using var connection = await RawStream.OpenAsync(shared, network, Ct, key: "flying");
        await connection.SendAsync(Enumerable.Range(0, 500).Select(i => network.Item($"{i}").ToJsonString()), Ct);
        await connection.ReadLineAsync(Ct);
        await connection.ReadResultAsync(Ct);

        var twin = (await network.StreamAsync([network.Item("0").ToJsonString()], Ct, headers: ("Idempotency-Key", "flying"))).IsProblem(409, "idempotency-key-in-flight");

        Assert.Equal("1", twin.Headers["Retry-After"]);
    }

    [Fact]
    public async Task S5_JsonBatch_KeepsItsAnswer()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var key = ("Idempotency-Key", "json-1");

        var first = (await network.PushAsync([network.Item("1"), network.Item("2", ("country", "XX"))], Ct, "", key)).Expect(200);
        await network.PushAsync([network.Item("1", ("name", "Between"))], Ct);
        var second = (await network.PushAsync([network.Item("1"), network.Item("2", ("country", "XX"))], Ct, "", key)).Expect(200);
        (await network.PushAsync([network.Item("1")], Ct, "", key)).IsProblem(422, "idempotency-key-reused");

        Assert.Equal(first.Text, second.Text);
        Assert.Equal("true", second.Headers["Idempotent-Replayed"]);
        Assert.Equal("Between", (string?)(await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}/1", Ct)).Json["name"]);
    }

    [Fact]
    public async Task S5_BadKey_Is400()
    {
        var network = await shared.NewNetworkAsync(Ct);

        (await network.PushAsync([network.Item("1")], Ct, "", ("Idempotency-Key", new string('k', 201)))).IsProblem(400, "bad-idempotency-key");
    }
}

/// <summary>A sync over a plain socket: a library would decide when the body is sent and when the answer is read.</summary>
internal sealed class RawStream : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;

    private RawStream(TcpClient tcp)
    {
        _tcp = tcp;
        _stream = tcp.GetStream();
        _reader = new StreamReader(_stream, Encoding.UTF8);
    }

    public static async Task<RawStream> OpenAsync(Shared shared, Network network, CancellationToken ct, string? key = null, int receiveBuffer = 0)
    {
        var tcp = new TcpClient();
        if (receiveBuffer > 0)
            tcp.ReceiveBufferSize = receiveBuffer;
        await tcp.ConnectAsync(shared.App.Address.Host, shared.App.Address.Port, ct);
        var stream = new RawStream(tcp);
        var token = shared.App.Token($"contributor-{network.Ns}", [$"contributor@{network.Node}"], "sync");
        await stream.WriteAsync(
            $"POST /api/v1/sync/batches HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
            + (key is null ? "" : $"Idempotency-Key: {key}\r\n") + "\r\n", ct);
        return stream;
    }

    public Task SendAsync(IEnumerable<string> lines, CancellationToken ct)
    {
        var text = string.Concat(lines.Select(line => line + "\n"));
        return WriteAsync($"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n", ct);
    }

    public Task EndAsync(CancellationToken ct) => WriteAsync("0\r\n\r\n", ct);

    public async Task<string> ReadLineAsync(CancellationToken ct) => await _reader.ReadLineAsync(ct) ?? throw new EndOfStreamException();

    /// <summary>The next line of the body; headers and the sizes of chunks are passed over.</summary>
    public async Task<JsonNode> ReadResultAsync(CancellationToken ct)
    {
        while (true)
        {
            var line = await ReadLineAsync(ct);
            if (line.StartsWith('{'))
                return JsonNode.Parse(line)!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Abruptly, as a broken line does.
        _tcp.LingerState = new LingerOption(enable: true, seconds: 0);
        await _stream.DisposeAsync();
        _reader.Dispose();
        _tcp.Dispose();
    }

    private Task WriteAsync(string text, CancellationToken ct) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text), ct).AsTask();
}
