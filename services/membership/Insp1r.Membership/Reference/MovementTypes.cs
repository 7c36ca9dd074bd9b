using System.Numerics;
using System.Text.Json;

namespace Insp1r.Membership.Reference;

/// <summary>What kind of movement an organisation is; it can be several. (The types that the network itself lists, 2022.)</summary>
internal static class MovementTypes
{
    public const int MaxTypes = 9;

    public static readonly string[] All =
    [
        "trade-union", "mutual-health-organisation", "cooperative", "womens-organisation", "youth-movement",
        "older-persons-organisation", "farmers-movement", "ngo", "other",
    ];

    private static readonly string[]?[] Sets = new string[1 << MaxTypes][];

    /// <summary>The type's bit, or 0 where there is no such type.</summary>
    public static int Bit(string? type) => Array.IndexOf(All, type) is var index and >= 0 ? 1 << index : 0;

    /// <summary>The bit of the type that the reader stands on, without making a string of it.</summary>
    public static int Bit(ref Utf8JsonReader reader)
    {
        for (var index = 0; index < All.Length; index++)
        {
            if (reader.ValueTextEquals(All[index]))
                return 1 << index;
        }

        return 0;
    }

    /// <summary>The types of a set in their fixed order, so that the same set is always written the same way.</summary>
    public static string[] Of(int bits) => Sets[bits] ??= Enumerate(bits);

    /// <summary>The set of these types; types that do not exist count for nothing.</summary>
    public static string[] Canonical(IEnumerable<string> types) => Of(types.Aggregate(0, (bits, type) => bits | Bit(type)));

    private static string[] Enumerate(int bits)
    {
        var types = new List<string>(BitOperations.PopCount((uint)bits));
        for (var index = 0; index < All.Length; index++)
        {
            if ((bits & (1 << index)) != 0)
                types.Add(All[index]);
        }

        return [.. types];
    }
}
