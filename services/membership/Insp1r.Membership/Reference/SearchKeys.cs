namespace Insp1r.Membership.Reference;

/// <summary>
/// What finds a record by being equal, beside the words of its names: <c>a:utm</c> for what it is called in short (its acronym, or a name of
/// one word), <c>i:utm</c> for the initials of a longer name, <c>w:utm.example/fr</c> for its website's address. Folded as <see cref="SearchText"/> does.
/// </summary>
internal static class SearchKeys
{
    private const int MaxShort = 20;
    private const int MaxSite = 200;

    // Articles, prepositions and conjunctions of English, French, Spanish and Portuguese: no acronym has their letters. Single letters
    // (l', d', y, e) are left out whatever they are.
    private static readonly HashSet<string> Small = new(
        "of the and for in on at to an by with from de la le les des du et en pour aux au par sur un une dans del el los las para por con una da do dos das no na em".Split(' '),
        StringComparer.Ordinal);

    public static string[] Of(string name, IEnumerable<string> names, string? acronym, string? website)
    {
        var keys = new List<string>(4);
        Add(keys, "a:", Short(acronym));
        foreach (var text in names.Prepend(name))
        {
            var words = Words(text);
            Add(keys, "a:", words.Count == 1 ? Short(words) : null);
            Add(keys, "i:", Initials(words));
        }

        Add(keys, "w:", Site(website));
        return [.. keys];
    }

    /// <summary>Letters and digits alone: utm for U.T.M. Null where that is no short form.</summary>
    public static string? Short(string? text) => Short(Words(text));

    /// <summary>utm for Union Technique de la Mutualité. Null for a name of one word.</summary>
    public static string? Initials(string? text) => Initials(Words(text));

    /// <summary>The words that tell names apart; all of them where none does.</summary>
    public static List<string> Significant(string? text)
    {
        var words = Words(text);
        var significant = words.FindAll(IsSignificant);
        return significant.Count > 0 ? significant : words;
    }

    /// <summary>The address without scheme, www and what ends it, so that two ways to write it are one.</summary>
    public static string? Site(string? website)
    {
        if (!Uri.TryCreate(website, UriKind.Absolute, out var address) || address.Host.Length == 0)
            return null;

        var site = (address.Host.StartsWith("www.", StringComparison.Ordinal) ? address.Host[4..] : address.Host) + address.AbsolutePath.TrimEnd('/');
        return site.Length > MaxSite ? site[..MaxSite] : site;
    }

    private static string? Short(List<string> words)
    {
        var letters = words.Count == 1 ? words[0] : string.Concat(words);
        return letters.Length is > 1 and <= MaxShort ? letters : null;
    }

    private static string? Initials(List<string> words)
    {
        Span<char> initials = stackalloc char[MaxShort];
        var count = 0;
        foreach (var word in words)
        {
            if (!IsSignificant(word))
                continue;
            if (count == MaxShort)
                return null;
            initials[count++] = word[0];
        }

        return count > 1 ? new string(initials[..count]) : null;
    }

    private static bool IsSignificant(string word) => word.Length > 1 && !Small.Contains(word);

    private static List<string> Words(string? text)
    {
        var words = new List<string>();
        var folded = SearchText.Fold(text);
        var start = 0;
        for (var i = 0; i <= folded.Length; i++)
        {
            // A point parts no word: u.t.m. is utm.
            if (i < folded.Length && (char.IsLetterOrDigit(folded[i]) || folded[i] == '.'))
                continue;
            var word = folded[start..i].Replace(".", "", StringComparison.Ordinal);
            if (word.Length > 0)
                words.Add(word);
            start = i + 1;
        }

        return words;
    }

    private static void Add(List<string> keys, string kind, string? key)
    {
        if (key is not null && !keys.Contains(kind + key, StringComparer.Ordinal))
            keys.Add(kind + key);
    }
}
