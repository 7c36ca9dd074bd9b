using System.Collections.Frozen;

namespace Insp1r.Membership.Reference;

/// <summary>
/// The names of countries in English, French and Spanish, as people write them; country-names.txt says where they are from. What may be
/// two countries ("Congo") is none.
/// </summary>
internal static class CountryNames
{
    private static readonly FrozenDictionary<string, string> Alpha2ByName = Read();

    /// <summary>Reads a code or a name.</summary>
    public static bool TryParse(string text, out string alpha2)
    {
        if (Countries.TryParse(text, out alpha2))
            return true;
        var found = Alpha2ByName.TryGetValue(PlainWords.Key(text), out var code);
        alpha2 = code ?? "";
        return found;
    }

    private static FrozenDictionary<string, string> Read()
    {
        using var resource = typeof(CountryNames).Assembly.GetManifestResourceStream("country-names.txt")!;
        using var reader = new StreamReader(resource);
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var names = line.Split('|');
            foreach (var name in names.Skip(1))
                codes.TryAdd(PlainWords.Key(name), names[0]);
        }

        return codes.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
