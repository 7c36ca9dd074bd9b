using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// Time-based one-time codes: RFC 6238 with six digits, 30 seconds and SHA-1, which is what every authenticator app has. (Identity's
/// own check does not say which step a code belongs to, and that has to be known to take each only once.)
/// </summary>
internal static class Totp
{
    /// <summary>Under these names an account keeps its key, and the one that it is just setting up.</summary>
    public const string Provider = "totp";
    public const string Key = "key";
    public const string PendingKey = "pending-key";
    public const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>160 random bits in base32, as RFC 4226 asks.</summary>
    public static string NewKey()
    {
        Span<byte> bytes = stackalloc byte[20];
        RandomNumberGenerator.Fill(bytes);
        return Encode(bytes);
    }

    /// <summary>The step that the code belongs to: this one, or one before or after it, for clocks that differ. Null where it is none of them.</summary>
    public static long? FindStep(string key, string code, DateTimeOffset now)
    {
        var current = now.ToUnixTimeSeconds() / StepSeconds;
        long? found = null;
        // All three are always computed: the answer's time tells nothing.
        for (var step = current - 1; step <= current + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Code(key, step)), Encoding.UTF8.GetBytes(code)))
                found = step;
        }

        return found;
    }

    public static string Code(string key, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // The standard's hash; its weakness is in collisions, which do not matter here.
        HMACSHA1.HashData(Decode(key), counter, hash);
#pragma warning restore CA5350
        var number = (BinaryPrimitives.ReadUInt32BigEndian(hash[(hash[19] & 0xf)..]) & 0x7fff_ffff) % 1_000_000;
        return number.ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>What an authenticator app takes, as a link or in a QR code.</summary>
    public static string Link(string key, string email) =>
        $"otpauth://totp/{Uri.EscapeDataString($"INSP!R:{email}")}?secret={key}&issuer={Uri.EscapeDataString("INSP!R")}";

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        int buffer = 0, bits = 0;
        foreach (var value in bytes)
        {
            buffer = (buffer << 8) | value;
            for (bits += 8; bits >= 5; bits -= 5)
                text.Append(Alphabet[(buffer >> (bits - 5)) & 31]);
        }

        return text.ToString();
    }

    private static byte[] Decode(string text)
    {
        var bytes = new List<byte>();
        int buffer = 0, bits = 0;
        foreach (var letter in text)
        {
            buffer = (buffer << 5) | Alphabet.IndexOf(letter, StringComparison.Ordinal);
            bits += 5;
            if (bits >= 8)
                bytes.Add((byte)(buffer >> (bits -= 8)));
        }

        return [.. bytes];
    }
}
