using System.Collections.Frozen;

namespace Insp1r.Membership.Reference;

/// <summary>
/// The names of countries in English, French and Spanish, as people write them; country-names.txt says where they are from. What may be
/// two countries ("Congo") is none.
/// </summary>
internal static class CountryNames
{
    private static readonly FrozenDictionary<string, string[]> NamesByAlpha2 = Read();
    private static readonly FrozenDictionary<string, string> Alpha2ByName = NamesByAlpha2
        .SelectMany(country => country.Value.Select(name => (Key: PlainWords.Key(name), Alpha2: country.Key)))
        .DistinctBy(name => name.Key, StringComparer.Ordinal).ToFrozenDictionary(name => name.Key, name => name.Alpha2, StringComparer.Ordinal);

    /// <summary>All names of a country, in the three languages.</summary>
    public static IReadOnlyList<string> Of(string alpha2) => NamesByAlpha2[alpha2];

    /// <summary>Reads a code or a name.</summary>
    public static bool TryParse(string text, out string alpha2)
    {
        if (Countries.TryParse(text, out alpha2))
            return true;
        var found = Alpha2ByName.TryGetValue(PlainWords.Key(text), out var code);
        alpha2 = code ?? "";
        return found;
    }

    private static FrozenDictionary<string, string[]> Read()
    {
        using var resource = typeof(CountryNames).Assembly.GetManifestResourceStream("country-names.txt")!;
        using var reader = new StreamReader(resource);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('|')).ToFrozenDictionary(names => names[0], names => names[1..], StringComparer.Ordinal);
    }
}
