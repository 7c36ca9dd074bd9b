using System.Text;
using Microsoft.AspNetCore.Identity;

namespace Insp1r.Membership.Accounts;

/// <summary>
/// 12 to 128 characters, any of them, and nothing that is tried first (OWASP ASVS 5, section 6.2): what is short and common cannot be
/// that long, so what is left are long common ones, one pattern repeated, and the person's or the network's own words.
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<Account>
{
    public const int MinLength = 12;
    public const int MaxLength = 128;

    private static readonly string[] Common =
    [
        "password", "passwort", "motdepasse", "contrasena", "contraseña", "qwertyuiop", "azertyuiop", "asdfghjkl", "1234567890", "0987654321",
        "abcdefghij", "iloveyou", "letmein", "welcome", "bienvenue", "bienvenido", "administrator", "changeme", "secret", "football", "sunshine",
        "princess", "superman", "trustno1", "dragon", "monkey", "master", "1q2w3e4r", "zaq12wsx", "qazwsx",
    ];

    private static readonly string[] Own = ["insp1r", "inspir", "socialprotection", "protectionsociale", "proteccionsocial"];

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password)
    {
        var fault = Fault(password ?? "", user.Email ?? "");
        return Task.FromResult(fault is null ? IdentityResult.Success : IdentityResult.Failed(new IdentityError { Code = fault, Description = fault }));
    }

    /// <summary>Null, or which rule is broken: <c>length</c> or <c>guessable</c>.</summary>
    public static string? Fault(string password, string email)
    {
        // Whole characters count, not their parts: an accent or an emoji is one.
        var length = password.EnumerateRunes().Count();
        if (length is < MinLength or > MaxLength)
            return "length";

        var folded = Fold(password);
        var words = Common.Concat(Own).Concat(email.Split('@', '.', '-', '_', '+').Where(part => part.Length >= 4).Select(Fold));
        foreach (var word in words)
            folded = folded.Replace(word, "", StringComparison.Ordinal);

        // What is left besides the known words has to be worth something, and so has what it is made of.
        return folded.Length < 5 || folded.Distinct().Count() < 5 || IsSequence(folded) ? "guessable" : null;
    }

    private static string Fold(string text) => text.Normalize(NormalizationForm.FormKC).ToLowerInvariant()
        .Replace('@', 'a').Replace('$', 's').Replace(" ", "", StringComparison.Ordinal);

    private static bool IsSequence(string text)
    {
        for (var i = 2; i < text.Length; i++)
        {
            if (text[i] - text[i - 1] != text[i - 1] - text[i - 2])
                return false;
        }

        return true;
    }
}
