namespace Insp1r.Membership.Reference;

/// <summary>How alike two texts are, by their groups of three letters, as PostgreSQL's pg_trgm counts them; small words and the order of words do not matter.</summary>
internal static class Trigrams
{
    /// <summary>0 for nothing in common, 1 for the same words.</summary>
    public static double Similarity(string one, string other)
    {
        var (first, second) = (Of(one), Of(other));
        var shared = first.Count(second.Contains);
        return shared == 0 ? 0 : (double)shared / (first.Count + second.Count - shared);
    }

    private static HashSet<string> Of(string text)
    {
        var trigrams = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in SearchKeys.Significant(text))
        {
            var padded = $"  {word} ";
            for (var i = 0; i + 3 <= padded.Length; i++)
                trigrams.Add(padded.Substring(i, 3));
        }

        return trigrams;
    }
}
