using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Insp1r.Gateway.Tests;

/// <summary>The sync route carries both streams at once: results come back while records are still being sent.</summary>
public sealed class SyncStreamTests(SharedGateway shared)
{
    private string Head(string path, string more = "") =>
        $"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared.Platform.Tokens.Valid(path)}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n{more}\r\n";

    [Fact]
    public async Task Sync_EachLine_IsAnsweredBeforeTheNextIsSent()
    {
        shared.Platform.Membership.On("/api/v1/sync/echo", EchoLinesAsync);
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync(Head("/api/v1/sync/echo"));
        for (var line = 0; line < 20; line++)
        {
            await raw.SendChunkAsync($"{{\"line\":{line}}}\n");
            await raw.ReadUntilAsync($"created {{\"line\":{line}}}");
        }

        await raw.SendAsync("0\r\n\r\n");
        Assert.EndsWith("0\r\n\r\n", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_EachLineCompressed_IsNotHeldBackByTheCompressor()
    {
        shared.Platform.Membership.On("/api/v1/sync/packed", EchoLinesAsync);
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);
        var packed = new MemoryStream();

        await raw.SendAsync(Head("/api/v1/sync/packed", "Accept-Encoding: gzip\r\n"));
        await raw.SendChunkAsync("{\"line\":0}\n");
        var head = await raw.ReadUntilAsync("\r\n\r\n");
        Assert.Contains("Content-Encoding: gzip", head, StringComparison.OrdinalIgnoreCase);

        var text = head[(head.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        while (!Unpack(text).Contains("created {\"line\":0}", StringComparison.Ordinal))
            text += await raw.ReadUntilAsync("\r\n");
        await raw.SendChunkAsync("{\"line\":1}\n");
        while (!Unpack(text).Contains("created {\"line\":1}", StringComparison.Ordinal))
            text += await raw.ReadUntilAsync("\r\n");
    }

    [Fact]
    public async Task Sync_ManyMebibytesBothWays_ArriveWhole()
    {
        const int Lines = 200_000;
        shared.Platform.Membership.On("/api/v1/sync/many", EchoLinesAsync);
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync(Head("/api/v1/sync/many"));
        var sending = Task.Run(async () =>
        {
            var chunk = new StringBuilder();
            for (var line = 0; line < Lines; line++)
            {
                chunk.Append(CultureInfo.InvariantCulture, $"{{\"line\":{line},\"name\":\"Organisation number {line} of a long file\"}}\n");
                if (chunk.Length < 30_000 && line < Lines - 1)
                    continue;
                await raw.SendChunkAsync(chunk.ToString());
                chunk.Clear();
            }

            await raw.SendAsync("0\r\n\r\n");
        }, TestContext.Current.CancellationToken);
        var answers = await raw.ReadToEndAsync();
        await sending;

        var body = Dechunk(answers[(answers.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Lines, lines.Length);
        Assert.All(lines.Index(), line => Assert.StartsWith($"created {{\"line\":{line.Index},", line.Item, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sync_RefusedAtOnce_AnswerReachesTheClient()
    {
        shared.Platform.Membership.On("/api/v1/sync/refused", async context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("no");
        });
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync(Head("/api/v1/sync/refused"));
        await raw.SendChunkAsync("{\"line\":0}\n");

        Assert.StartsWith("HTTP/1.1 403", await raw.ReadUntilAsync("no"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_ClientBreaksOff_ServiceNeverTakesItForTheEnd()
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        shared.Platform.Membership.On("/api/v1/sync/broken-off", async context =>
        {
            var read = async () =>
            {
                using var reader = new StreamReader(context.Request.Body);
                while (await reader.ReadLineAsync() is not null)
                    first.TrySetResult();
            };
            ended.SetResult(await Record.ExceptionAsync(read));
        });

        await using (var raw = await RawConnection.OpenAsync(shared.Gateway.Address))
        {
            await raw.SendAsync(Head("/api/v1/sync/broken-off"));
            await raw.SendChunkAsync("{\"line\":0}\n");
            await first.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        }

        Assert.NotNull(await ended.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sync_ServiceBreaksWithinItsResults_ClientSeesThatTheyAreNotWhole()
    {
        shared.Platform.Membership.On("/api/v1/sync/half", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"created {await reader.ReadLineAsync()}\n");
            await context.Response.Body.FlushAsync();
            await reader.ReadLineAsync();
            context.Abort();
        });
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync(Head("/api/v1/sync/half"));
        await raw.SendChunkAsync("{\"line\":0}\n");
        await raw.ReadUntilAsync("created {\"line\":0}");
        await raw.SendChunkAsync("{\"line\":1}\n");

        Assert.DoesNotContain("0\r\n\r\n", await raw.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sync_WithALengthOrNoBody_ArrivesAsWell()
    {
        var token = shared.Platform.Tokens.Valid("plain");

        var withLength = await shared.Gateway.SeenAsync(Http.Request("/api/v1/sync/batches?mode=validate", token, body: new StringContent("{\"a\":1}\n{\"b\":2}\n")));
        var without = await shared.Gateway.SeenAsync(Http.Request("/api/v1/sync/batches/0198", token));

        Assert.Equal("{\"a\":1}\n{\"b\":2}\n", withLength.Body);
        Assert.Equal("/api/v1/sync/batches?mode=validate", withLength.Target);
        Assert.StartsWith("text/plain", withLength.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal("", without.Body);
    }

    [Fact]
    public async Task Sync_ClientWaitsToBeAsked_IsAskedToContinue()
    {
        shared.Platform.Membership.On("/api/v1/sync/asked", EchoLinesAsync);
        await using var raw = await RawConnection.OpenAsync(shared.Gateway.Address);

        await raw.SendAsync(Head("/api/v1/sync/asked", "Expect: 100-continue\r\n"));
        await raw.ReadUntilAsync("HTTP/1.1 100 Continue");
        await raw.SendChunkAsync("{\"line\":0}\n");

        await raw.ReadUntilAsync("created {\"line\":0}");
    }

    private static async Task EchoLinesAsync(HttpContext context)
    {
        context.Response.ContentType = "application/x-ndjson";
        using var reader = new StreamReader(context.Request.Body);
        while (await reader.ReadLineAsync(context.RequestAborted) is { } line)
            await context.Response.WriteAsync($"created {line}\n", context.RequestAborted);
    }

    private static string Unpack(string chunked)
    {
        var packed = new MemoryStream(Encoding.Latin1.GetBytes(Dechunk(chunked)));
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var text = new StreamReader(gzip);
        var unpacked = new StringBuilder();
        try
        {
            for (var c = text.Read(); c >= 0; c = text.Read())
                unpacked.Append((char)c);
        }
        catch (InvalidDataException)
        {
            // The end is not there yet.
        }

        return unpacked.ToString();
    }

    /// <summary>The content of the chunks that are whole.</summary>
    private static string Dechunk(string chunked)
    {
        var body = new StringBuilder();
        for (var at = 0; ;)
        {
            var end = chunked.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (end < 0 || !int.TryParse(chunked.AsSpan(at, end - at), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var length) || length == 0 || end + 2 + length > chunked.Length)
                return body.ToString();

            body.Append(chunked, end + 2, length);
            at = end + 2 + length + 2;
            if (at > chunked.Length)
                return body.ToString();
        }
    }
}
