using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Insp1r.Membership.Access;

/// <summary>A secret of a client, or what another provider has to give back: 256 random bits in base64url. At most its hash is stored.</summary>
internal static class RandomSecret
{
    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares in the same time whatever differs, and whether or not there is a hash.</summary>
    public static bool Matches(string secret, byte[]? hash) => CryptographicOperations.FixedTimeEquals(Hash(secret), hash ?? new byte[SHA256.HashSizeInBytes]) && hash is not null;
}
