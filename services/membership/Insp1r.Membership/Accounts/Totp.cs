using OtpNet;
using QRCoder;

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
    private const int KeyBytes = 20;

    /// <summary>This step, and one before and after it, for clocks that differ.</summary>
    private static readonly VerificationWindow Drift = new(previous: 1, future: 1);

    /// <summary>160 random bits in base32, as RFC 4226 asks.</summary>
    public static string NewKey() => Base32Encoding.ToString(KeyGeneration.GenerateRandomKey(KeyBytes));

    /// <summary>The time step that the code belongs to; null where it is not right now.</summary>
    public static long? FindStep(string key, string code, DateTimeOffset now) =>
        new OtpNet.Totp(Base32Encoding.ToBytes(key)).VerifyTotp(now.UtcDateTime, code, out var step, Drift) ? step : null;

    /// <summary>What an authenticator app takes, as a link or in a QR code.</summary>
    public static string Link(string key, string email) => new OtpUri(OtpType.Totp, key, email, "INSP!R").ToString();

    /// <summary>The link as an SVG image without script and style, dark on light with the quiet zone that readers need.</summary>
    public static string QrCode(string link)
    {
        using var code = QRCodeGenerator.GenerateQrCode(link, QRCodeGenerator.ECCLevel.M);
        using var image = new SvgQRCode(code);
        return image.GetGraphic(1, "#000", "#fff", drawQuietZones: true, SvgQRCode.SizingMode.ViewBoxAttribute);
    }
}
