using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Insp1r.Gateway.Tests;

/// <summary>Access tokens as membership issues them, and such as nobody should believe.</summary>
internal sealed class Tokens
{
    public const string Issuer = "http://issuer.test";
    private const string KeyId = "key-1";
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public object Jwks
    {
        get
        {
            var point = _key.ExportParameters(includePrivateParameters: false).Q;
            return new
            {
                keys = new[] { new { kty = "EC", crv = "P-256", use = "sig", alg = "ES256", kid = KeyId, x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) } },
            };
        }
    }

    public string Valid(string client = "office-rw") => Sign(Header(), Payload(client));

    public string Expired() => Sign(Header(), Payload(expires: -120));

    public string OfAnotherIssuer() => Sign(Header(), Payload(issuer: "http://elsewhere.test"));

    public string ForAnotherAudience() => Sign(Header(), Payload(audience: "another-platform"));

    public string OfAnotherType() => Sign(Header(type: "JWT"), Payload());

    public string WithUnknownKey()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(Header(key: "key-2"), Payload(), other);
    }

    public string SignedByAnotherUnderOurKeyId()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(Header(), Payload(), other);
    }

    public string Unsigned() => $"{Encode(Header(algorithm: "none"))}.{Encode(Payload())}.";

    /// <summary>The public key used as a shared secret: a library that lets the token choose its algorithm takes this for signed.</summary>
    public string SignedWithThePublicKeyAsSecret()
    {
        var signed = $"{Encode(Header(algorithm: "HS256"))}.{Encode(Payload())}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed)))}";
    }

    public string WithChangedGrants()
    {
        var parts = Valid().Split('.');
        return $"{parts[0]}.{Encode(Payload(grants: "steward@insp1r"))}.{parts[2]}";
    }

    private static Dictionary<string, object> Header(string algorithm = "ES256", string type = "at+jwt", string key = KeyId) =>
        new(StringComparer.Ordinal) { ["alg"] = algorithm, ["typ"] = type, ["kid"] = key };

    private static Dictionary<string, object> Payload(
        string client = "office-rw", string issuer = Issuer + "/", string audience = "insp1r", int expires = 600, string grants = "contributor@insp1r.africa.rw")
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        return new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = issuer,
            ["aud"] = audience,
            ["sub"] = client,
            ["client_id"] = client,
            ["iat"] = now - 300,
            ["nbf"] = now - 300,
            ["exp"] = now + expires,
            ["scope"] = "read write sync",
            ["grants"] = new[] { grants },
        };
    }

    private string Sign(Dictionary<string, object> header, Dictionary<string, object> payload, ECDsa? key = null)
    {
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString((key ?? _key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(object part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
