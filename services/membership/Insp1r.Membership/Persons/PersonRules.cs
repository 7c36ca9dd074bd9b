using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Persons;

internal static class PersonRules
{
    public const int MaxName = 200;

    /// <summary>RFC 5321, section 4.5.3.1.3, less the brackets.</summary>
    public const int MaxEmail = 254;
    public const int MaxPhone = 40;

    public static void Name(FieldErrors errors, string? name) => errors.Required("/name", name, MaxName);

    public static void Email(FieldErrors errors, string? email)
    {
        if (email is null)
            return;
        errors.Text("/email", email, MaxEmail);
        var at = email.LastIndexOf('@');
        if (at < 1 || at == email.Length - 1 || email.Any(char.IsWhiteSpace) || email.IndexOf('@', StringComparison.Ordinal) != at)
            errors.Add("/email", "bad-address", "An e-mail address, such as someone@example.org.");
    }

    public static void Phone(FieldErrors errors, string? phone)
    {
        if (phone is not null && (phone.Length is < 3 or > MaxPhone || !phone.Any(char.IsAsciiDigit) || !phone.All(c => char.IsAsciiDigit(c) || c is '+' or ' ' or '-' or '(' or ')' or '.' or '/')))
            errors.Add("/phone", "bad-phone", $"3 to {MaxPhone} digits, spaces and + - ( ) . /, such as +250 788 000 000.");
    }

    public static void Language(FieldErrors errors, string? language) => errors.OneOf("/language", language, Languages.All, "unknown-language");
}
