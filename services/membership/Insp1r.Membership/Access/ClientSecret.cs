using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Insp1r.Membership.Access;

/// <summary>A client's secret: 256 random bits in base64url. Only its hash is stored.</summary>
internal static class ClientSecret
{
    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares in the same time whatever differs, and whether or not the client is known.</summary>
    public static bool Matches(string secret, byte[]? hash) => CryptographicOperations.FixedTimeEquals(Hash(secret), hash ?? new byte[SHA256.HashSizeInBytes]) && hash is not null;
}
