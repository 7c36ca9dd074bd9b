using System.Security.Cryptography;

namespace Insp1r.Membership.Documents;

/// <summary>The Content-Digest of a request (RFC 9530), such as <c>sha-256=:base64:</c>. Other algorithms beside that are passed over.</summary>
internal static class ContentDigest
{
    private const string Sha256 = "sha-256=:";

    /// <summary>False where there is a header, and no SHA-256 in it: somebody would believe that the bytes were checked.</summary>
    public static bool TryRead(string? header, out byte[]? sha256)
    {
        sha256 = null;
        if (header is null)
            return true;
        var member = Array.Find(header.Split(',', StringSplitOptions.TrimEntries), member => member.StartsWith(Sha256, StringComparison.Ordinal) && member.EndsWith(':'));
        if (member is null || member.Length == Sha256.Length)
            return false;

        var bytes = new byte[SHA256.HashSizeInBytes];
        if (!Convert.TryFromBase64String(member[Sha256.Length..^1], bytes, out var written) || written != bytes.Length)
            return false;
        sha256 = bytes;
        return true;
    }
}
