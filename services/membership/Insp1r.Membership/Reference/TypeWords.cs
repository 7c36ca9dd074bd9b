using System.Collections.Frozen;

namespace Insp1r.Membership.Reference;

/// <summary>What offices call the movement types, in English, French and Spanish.</summary>
internal static class TypeWords
{
    private const string Words = """
        trade-union: trade union, labour union, labor union, union, trade union confederation, syndicat, centrale syndicale, confédération syndicale, sindicato, central sindical, confederación sindical
        mutual-health-organisation: mutual health organisation, mutual, health mutual, mho, mutuelle, mutuelle de santé, union de mutuelles, mutualité, organisation mutualiste, mutual de salud, mutua, mutua de salud, mutualidad, mutualidad de salud
        cooperative: cooperative, co-operative, coop, coopérative, société coopérative, cooperativa
        womens-organisation: womens organisation, women's organisation, women, women's movement, womens movement, femmes, organisation de femmes, organisation féminine, association de femmes, mouvement de femmes, mujeres, organización de mujeres, movimiento de mujeres
        youth-movement: youth movement, youth, youth organisation, jeunes, jeunesse, mouvement de jeunesse, mouvement de jeunes, organisation de jeunes, organisation de jeunesse, jóvenes, juventud, movimiento juvenil, movimiento de jóvenes, organización juvenil, organización de jóvenes
        older-persons-organisation: older persons organisation, older persons' organisation, older persons, seniors, pensioners, aînés, organisation d'aînés, personnes âgées, organisation de personnes âgées, organisation de seniors, retraités, adultos mayores, jubilados, personas mayores, organización de personas mayores
        farmers-movement: farmers movement, farmers' movement, farmers, farmers organisation, peasant movement, paysans, mouvement paysan, organisation paysanne, organisation de paysans, agriculteurs, campesinos, movimiento campesino, organización campesina, agricultores
        ngo: ngo, non-governmental organisation, association, non-profit, ong, organisation non gouvernementale, asbl, association sans but lucratif, organización no gubernamental, asociación
        other: other, autre, otro, otra
        """;

    private static readonly char[] Separators = [',', ';', '/', '|', '+', '&', '\n'];
    private static readonly FrozenDictionary<string, string> Types = Read();

    /// <summary>The types that a cell names, in its order and each once; a word that is none stays as it is, for who checks it to say so.</summary>
    public static IReadOnlyList<string> Parse(string cell)
    {
        var types = new List<string>();
        foreach (var part in Find(cell) is { } whole ? [whole] : cell.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Find(part) is { } type)
                types.Add(type);
            else
                types.AddRange(Joined(part) ?? [part]);
        }

        return [.. types.Distinct(StringComparer.Ordinal)];
    }

    private static string? Find(string words) => Types.GetValueOrDefault(PlainWords.Key(words));

    // "Syndicat et coopérative": each side has to be a type.
    private static IEnumerable<string>? Joined(string part)
    {
        foreach (var and in (string[])[" et ", " and ", " y "])
        {
            var sides = part.Split(and).Select(Find).ToList();
            if (sides.Count > 1 && !sides.Contains(null))
                return sides!;
        }

        return null;
    }

    private static FrozenDictionary<string, string> Read()
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Words.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            types.TryAdd(PlainWords.Key(line[..colon]), line[..colon]);
            foreach (var word in line[(colon + 1)..].Split(','))
                types.TryAdd(PlainWords.Key(word), line[..colon]);
        }

        return types.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
