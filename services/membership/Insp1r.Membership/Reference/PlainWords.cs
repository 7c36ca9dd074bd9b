using System.Globalization;
using System.Text;

namespace Insp1r.Membership.Reference;

/// <summary>Makes words that people write differently the same: case, accents, punctuation, a plural's s.</summary>
internal static class PlainWords
{
    /// <summary>"Organisations de Femmes" and "organisation de femme" become one; for looking up, not for showing.</summary>
    public static string Key(string text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var c in SearchText.Fold(text))
        {
            // Marks are vowels in some scripts.
            if (char.IsLetterOrDigit(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)
                key.Append(c);
            else
                EndWord(key);
        }

        EndWord(key);
        return key.ToString().TrimEnd().Replace("organization", "organisation", StringComparison.Ordinal);
    }

    private static void EndWord(StringBuilder key)
    {
        if (key.Length == 0 || key[^1] == ' ')
            return;
        if (key.Length > 3 && key[^1] == 's' && key[^2] != ' ' && key[^3] != ' ')
            key.Length--;
        key.Append(' ');
    }
}
