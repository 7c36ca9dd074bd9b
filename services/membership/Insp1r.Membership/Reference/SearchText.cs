using System.Text;

namespace Insp1r.Membership.Reference;

/// <summary>
/// Folds a text for searching: lower case, Latin letters without their accents, so that "mutualite" finds "Mutualité".
/// (Unicode normalisation would need the operating system's ICU files, which a small container does not have.)
/// </summary>
internal static class SearchText
{
    // The base letter of each code point of two blocks, in order; an asterisk stands for two letters, a space for a sign.
    private const char LatinStart = '\u00c0';
    private const string Latin =
        "aaaaaa*ceeeeiiiidnooooo ouuuuy**aaaaaa*ceeeeiiiidnooooo ouuuuy*yaaaaaaccccccccddddeeeeeeeeeegggg" +
        "gggghhhhiiiiiiiiii**jjkkkllllllllllnnnnnnnnnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    private const char AdditionalStart = '\u1e00';
    private const string Additional =
        "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrr" +
        "ssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwyasss*daaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee" +
        "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy";

    /// <summary>The folded texts, one on each line, so that no search term matches across two of them.</summary>
    public static string Fold(string? first, string? second = null, IEnumerable<string>? more = null)
    {
        var folded = new StringBuilder();
        Append(folded, first);
        Append(folded, second);
        foreach (var text in more ?? [])
            Append(folded, text);
        return folded.ToString();
    }

    /// <summary>The pattern with which <c>like</c> finds a folded text that has this one in it.</summary>
    public static string Pattern(string text) => $"%{Escaped(text)}%";

    /// <summary>The pattern of folded texts that have this one as their first, and others after it.</summary>
    public static string FirstLinePattern(string text) => $"{Escaped(text)}\n%";

    private static string Escaped(string text) =>
        Fold(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private static void Append(StringBuilder folded, string? text)
    {
        if (text is null)
            return;
        if (folded.Length > 0)
            folded.Append('\n');

        foreach (var c in text)
        {
            switch (c)
            {
                case < '\u0080':
                    folded.Append(c is >= 'A' and <= 'Z' ? (char)(c | 0x20) : c < ' ' ? ' ' : c);
                    break;
                case >= '\u0300' and <= '\u036f':
                    break;
                case '\u2019' or '\u2018':
                    folded.Append('\'');
                    break;
                case 'Æ' or 'æ':
                    folded.Append("ae");
                    break;
                case 'Œ' or 'œ':
                    folded.Append("oe");
                    break;
                case 'ß' or 'ẞ':
                    folded.Append("ss");
                    break;
                case 'Þ' or 'þ':
                    folded.Append("th");
                    break;
                case 'Ĳ' or 'ĳ':
                    folded.Append("ij");
                    break;
                case 'Ș' or 'ș':
                    folded.Append('s');
                    break;
                case 'Ț' or 'ț':
                    folded.Append('t');
                    break;
                case 'Ơ' or 'ơ':
                    folded.Append('o');
                    break;
                case 'Ư' or 'ư':
                    folded.Append('u');
                    break;
                case >= LatinStart and <= '\u017f':
                    folded.Append(Latin[c - LatinStart]);
                    break;
                case >= AdditionalStart and <= '\u1eff':
                    folded.Append(Additional[c - AdditionalStart]);
                    break;
                default:
                    folded.Append(char.ToLowerInvariant(c));
                    break;
            }
        }
    }
}
