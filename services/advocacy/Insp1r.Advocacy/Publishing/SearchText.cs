using System.Text;

namespace Insp1r.Advocacy.Publishing;

/// <summary>Texts as they are searched: in lower case and without accents, so that "republica" finds "República".</summary>
internal static class SearchText
{
    public static string Of(params IReadOnlyDictionary<string, string>?[] texts) =>
        Fold(string.Join('\n', texts.SelectMany(text => text?.Values ?? []).Distinct(StringComparer.Ordinal)));

    // Written down here because without the operating system's locale data nothing decomposes a letter.
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant())
        {
            _ = c switch
            {
                'à' or 'á' or 'â' or 'ã' or 'ä' or 'å' or 'ā' => folded.Append('a'),
                'ç' or 'ć' or 'č' => folded.Append('c'),
                'è' or 'é' or 'ê' or 'ë' or 'ē' => folded.Append('e'),
                'ì' or 'í' or 'î' or 'ï' or 'ī' => folded.Append('i'),
                'ñ' or 'ń' => folded.Append('n'),
                'ò' or 'ó' or 'ô' or 'õ' or 'ö' or 'ø' or 'ō' => folded.Append('o'),
                'ù' or 'ú' or 'û' or 'ü' or 'ū' => folded.Append('u'),
                'ý' or 'ÿ' => folded.Append('y'),
                'œ' => folded.Append("oe"),
                'æ' => folded.Append("ae"),
                'ß' => folded.Append("ss"),
                '’' => folded.Append('\''),
                _ => folded.Append(c),
            };
        }

        return folded.ToString();
    }
}
