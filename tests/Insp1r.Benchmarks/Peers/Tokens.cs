using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Insp1r.Benchmarks.Peers;

/// <summary>Tokens like those of the platform, for a gateway that is measured without it.</summary>
internal sealed class Tokens : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string PublicKeys()
    {
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(_key.ExportParameters(includePrivateParameters: false))) { KeyId = "bench" });
        return JsonSerializer.Serialize(new { keys = new[] { new { kty = jwk.Kty, crv = jwk.Crv, x = jwk.X, y = jwk.Y, kid = jwk.KeyId, use = "sig", alg = "ES256" } } });
    }

    public string Issue(string issuer) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        // With the slash at its end, as membership writes it.
        Issuer = new Uri(issuer).AbsoluteUri,
        Audience = "insp1r",
        TokenType = "at+jwt",
        Expires = DateTime.UtcNow.AddHours(2),
        Claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = "bench",
            ["client_id"] = "bench",
            ["scope"] = "read write sync",
            ["grants"] = new[] { "steward@insp1r" },
        },
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = "bench" }, SecurityAlgorithms.EcdsaSha256),
    });

    public void Dispose() => _key.Dispose();
}
