using System.Diagnostics.CodeAnalysis;
using Insp1r.ServiceDefaults.Problems;
using MimeKit;

namespace Insp1r.Membership.Mail;

/// <summary>
/// What an e-mail address is, at every door where one is given: one addr-spec (RFC 5322, section 3.4.1) and nothing beside it, with a
/// local part of ASCII without quotes, and a domain of at least two labels, which may be internationalised (IDN: sent as
/// <c>xn--</c>). Left out is what mail servers commonly refuse or do not speak: quoted and non-ASCII local parts (SMTPUTF8),
/// addresses of machines, comments.
/// </summary>
internal static class EmailAddress
{
    /// <summary>RFC 5321, section 4.5.3.1.3, less the brackets.</summary>
    public const int MaxLength = 254;
    private const int MaxLocalPart = 64;

    private static readonly ParserOptions Strict = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
        AllowUnquotedCommasInAddresses = false,
    };

    public static bool IsValid(string text) => TryParse(text, out _);

    /// <summary>The mailbox of an address that was checked before, or was stored before this rule was.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MailboxAddress? mailbox) =>
        MailboxAddress.TryParse(Strict, text, out mailbox)
            && text.Length <= MaxLength
            && IsAddressAlone(text, mailbox)
            && IsLocalPart(mailbox.LocalPart)
            && IsDomain(mailbox.GetAddress(idnEncode: true)[(mailbox.LocalPart.Length + 1)..]);

    public static void Check(FieldErrors errors, string pointer, string? text)
    {
        if (text is null)
            return;
        errors.Text(pointer, text, MaxLength);
        if (!IsValid(text))
            errors.Add(pointer, "bad-address", "An e-mail address alone, such as someone@example.org.");
    }

    private static bool IsLocalPart(string text) => text.Length is > 0 and <= MaxLocalPart && text.All(c => char.IsAscii(c) && c != '"');

    private static bool IsDomain(string text) =>
        text.Contains('.', StringComparison.Ordinal) && Uri.CheckHostName(text) == UriHostNameType.Dns;

    // The parser also takes a name before an address, comments in it and spaces around it.
    private static bool IsAddressAlone(string text, MailboxAddress mailbox) =>
        text == mailbox.Address || text.Equals(mailbox.GetAddress(idnEncode: true), StringComparison.OrdinalIgnoreCase);
}
