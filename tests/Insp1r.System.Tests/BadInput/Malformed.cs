using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace Insp1r.System.Tests.BadInput;

/// <summary>
/// A body that no write takes, whatever it is about. <paramref name="Statuses"/> are the answers that tell the client what is wrong.
/// </summary>
internal sealed record Malformed(string Name, Func<HttpContent> Body, params int[] Statuses)
{
    private const string Valid = """{"name":"x"}""";

    public static readonly Malformed[] All =
    [
        new("nothing", () => Json(""), 400),
        new("half a body", () => Json("""{"name":"x"""), 400),
        new("a comma too many", () => Json("""{"name":"x",}"""), 400),
        new("single quotes", () => Json("{'name':'x'}"), 400),
        new("a comment", () => Json("""{"name":"x"/* y */}"""), 400),
        new("two values", () => Json($"{Valid}{Valid}"), 400),
        new("NaN", () => Json("""{"name":NaN}"""), 400),
        new("null", () => Json("null"), 400),
        new("a number", () => Json("42"), 400),
        new("a text", () => Json("\"x\""), 400),
        new("a list", () => Json($"[{Valid}]"), 400),
        new("a million items", () => Json($"[{string.Join(',', Enumerable.Repeat("1", 400_000))}]"), 400),
        new("an unknown member", () => Json("""{"isAdmin":true}"""), 400),
        new("a member of all objects", () => Json("""{"__proto__":{"isAdmin":true}}"""), 400),
        new("a type to make", () => Json("""{"$type":"System.Diagnostics.Process","name":"x"}"""), 400),
        new("the same member twice", () => Json("""{"name":"x","name":"y"}"""), 400),
        new("deep nesting", () => Json(string.Concat(Enumerable.Repeat("{\"name\":", 5_000)) + "1" + new string('}', 5_000)), 400),
        new("deep lists", () => Json(new string('[', 100_000)), 400),
        new("a raw control character", () => Json("{\"name\":\"\u0001\"}"), 400),
        new("a bad escape", () => Json("""{"name":"\x41"}"""), 400),
        new("invalid UTF-8", () => Bytes([.. "{\"name\":\""u8, 0xc3, 0x28, 0xff, .. "\"}"u8]), 400),
        new("an overlong form", () => Bytes([.. "{\"name\":\""u8, 0xc0, 0xaf, .. "\"}"u8]), 400),
        new("UTF-16", () => Bytes(Encoding.Unicode.GetBytes(Valid)), 400),
        new("UTF-16 that says so", () => Bytes([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Valid)], "application/json; charset=utf-16"), 415),
        new("an unknown charset", () => Bytes(Encoding.UTF8.GetBytes(Valid), "application/json; charset=x-user-defined"), 415),
        new("too large", () => Json($$"""{"name":"{{new string('x', 2 << 20)}}"}"""), 413),
        new("XML", () => Bytes("""<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>"""u8.ToArray(), "application/xml"), 415),
        new("a form", () => new FormUrlEncodedContent([new("name", "x")]), 415),
        new("text", () => Bytes(Encoding.UTF8.GetBytes(Valid), "text/plain"), 415),
        new("no type", () => Bytes(Encoding.UTF8.GetBytes(Valid), null), 415),
        new("gzip", () => Gzip(Encoding.UTF8.GetBytes(Valid)), 415),
        new("a gzip bomb", () => Gzip(new byte[8 << 20]), 415),
        new("an unknown encoding", () => Encoded(Encoding.UTF8.GetBytes(Valid), "x-nonsense"), 415),
    ];

    private static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json"));

    private static ByteArrayContent Bytes(byte[] bytes, string? type = "application/json")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private static ByteArrayContent Encoded(byte[] bytes, string encoding)
    {
        var content = Bytes(bytes);
        content.Headers.ContentEncoding.Add(encoding);
        return content;
    }

    private static ByteArrayContent Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return Encoded(packed.ToArray(), "gzip");
    }
}
