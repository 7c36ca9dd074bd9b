using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Insp1r.Testing.Stack;
using Microsoft.AspNetCore.DataProtection;

namespace Insp1r.System.Tests.Access;

/// <summary>Makes access tokens that the platform did not issue, some of them signed with its own key, taken from its database and decrypted with the key beside it.</summary>
internal sealed class Tokens(string kid, ECDsa platformKey, string issuer)
{
    public static async Task<Tokens> OfAsync(PlatformStack stack, CancellationToken ct)
    {
        var (kid, encrypted) = (await stack.QueryAsync(
            "membership", "select kid, protected_key from signing_key order by created_at limit 1",
            reader => (reader.GetString(0), reader.GetFieldValue<byte[]>(1)), ct)).Single();
        var protection = DataProtectionProvider.Create(new DirectoryInfo(Path.Combine(stack.StateFolder, "membership", "data-protection")), builder => builder.SetApplicationName("insp1r-membership"));
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(protection.CreateProtector("signing-key").Unprotect(encrypted), out _);
        return new Tokens(kid, key, stack.Address.AbsoluteUri);
    }

    /// <summary>Like a token of the steward, who may do nearly everything: so nothing but the fault can be the reason of a refusal.</summary>
    public string Valid => Sign(Header(), Payload(), platformKey);

    /// <summary>As the platform would issue it to a client of these grants and scopes.</summary>
    public string Of(string subject, string[] grants, string[] scopes)
    {
        var payload = Payload();
        (payload["sub"], payload["client_id"], payload["scope"]) = (subject, subject, string.Join(' ', scopes));
        payload["grants"] = new JsonArray([.. grants.Select(grant => JsonValue.Create(grant))]);
        return Sign(Header(), payload, platformKey);
    }

    public string Unsigned => $"{Encode(Header("none"))}.{Encode(Payload())}.";

    public string OfAnotherKey
    {
        get
        {
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return Sign(Header(), Payload(), other);
        }
    }

    public string Expired => Sign(Header(), Payload(expires: TimeSpan.FromMinutes(-10)), platformKey);

    public string OfTheFuture => Sign(Header(), Payload(notBefore: TimeSpan.FromMinutes(10)), platformKey);

    public string ForAnotherAudience => Sign(Header(), Payload(audience: "another-platform"), platformKey);

    public string OfAnotherIssuer => Sign(Header(), Payload(from: "https://issuer.example.org"), platformKey);

    // RFC 9068: an identity token or any other JWT of the same key is no access token.
    public string OfAnotherType => Sign(Header(type: "JWT"), Payload(), platformKey);

    /// <summary>The classic confusion: HMAC with the public key as the secret.</summary>
    public string SignedWithPublicKey
    {
        get
        {
            var signed = $"{Encode(Header("HS256"))}.{Encode(Payload())}";
            return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(platformKey.ExportSubjectPublicKeyInfoPem()), Encoding.UTF8.GetBytes(signed)))}";
        }
    }

    /// <summary>Signed with a key of its own, which it brings along, and points to.</summary>
    public string BringingItsKey
    {
        get
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = own.ExportParameters(includePrivateParameters: false).Q;
            var header = Header();
            header["jwk"] = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
            header["jku"] = "https://evil.example/jwks.json";
            return Sign(header, Payload(), own);
        }
    }

    /// <summary>Grants added after signing.</summary>
    public string Altered
    {
        get
        {
            var parts = Valid.Split('.');
            var payload = Payload();
            payload["grants"] = new JsonArray("operator@insp1r", "steward@insp1r");
            return $"{parts[0]}.{Encode(payload)}.{parts[2]}";
        }
    }

    /// <summary>Every way of not having a token, by name. The value is the Authorization header, or null for none.</summary>
    public IEnumerable<(string Name, string? Authorization)> Refused() =>
    [
        ("no token", null),
        ("no scheme", Valid),
        ("another scheme", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("steward:steward"))}"),
        ("no JWT", "Bearer x"),
        ("alg none", $"Bearer {Unsigned}"),
        ("another key", $"Bearer {OfAnotherKey}"),
        ("another key that it brings along", $"Bearer {BringingItsKey}"),
        ("HMAC with the public key", $"Bearer {SignedWithPublicKey}"),
        ("expired", $"Bearer {Expired}"),
        ("not valid yet", $"Bearer {OfTheFuture}"),
        ("another audience", $"Bearer {ForAnotherAudience}"),
        ("another issuer", $"Bearer {OfAnotherIssuer}"),
        ("another type", $"Bearer {OfAnotherType}"),
        ("altered", $"Bearer {Altered}"),
    ];

    private JsonObject Header(string algorithm = "ES256", string type = "at+jwt") => new() { ["alg"] = algorithm, ["kid"] = kid, ["typ"] = type };

    private JsonObject Payload(TimeSpan? expires = null, TimeSpan? notBefore = null, string audience = "insp1r", string? from = null)
    {
        var now = DateTimeOffset.UtcNow;
        return new JsonObject
        {
            ["iss"] = from ?? issuer,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["nbf"] = (now + (notBefore ?? TimeSpan.FromMinutes(-20))).ToUnixTimeSeconds(),
            ["exp"] = (now + (expires ?? TimeSpan.FromMinutes(15))).ToUnixTimeSeconds(),
            ["sub"] = "steward",
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["client_id"] = "steward",
            ["scope"] = "read write sync",
            ["grants"] = new JsonArray("steward@insp1r"),
        };
    }

    private static string Sign(JsonObject header, JsonObject payload, ECDsa key)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(JsonNode json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}
