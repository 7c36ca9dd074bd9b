using Insp1r.Membership.Mail;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Persons;

internal static class PersonRules
{
    public const int MaxName = 200;

    public const int MaxPhone = 40;

    public static void Name(FieldErrors errors, string? name) => errors.Required("/name", name, MaxName);

    public static void Email(FieldErrors errors, string? email) => EmailAddress.Check(errors, "/email", email);

    public static void Phone(FieldErrors errors, string? phone)
    {
        if (phone is not null && (phone.Length is < 3 or > MaxPhone || !phone.Any(char.IsAsciiDigit) || !phone.All(c => char.IsAsciiDigit(c) || c is '+' or ' ' or '-' or '(' or ')' or '.' or '/')))
            errors.Add("/phone", "bad-phone", $"3 to {MaxPhone} digits, spaces and + - ( ) . /, such as +250 788 000 000.");
    }

    public static void Language(FieldErrors errors, string? language) => errors.OneOf("/language", language, Languages.All, "unknown-language");
}
