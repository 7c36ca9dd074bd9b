using System.Text.Json;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>The words of an enum as the API, the events and the database write them: kebab-case.</summary>
public static class Words
{
    public static string Of<TEnum>(TEnum value) where TEnum : struct, Enum => Names<TEnum>.ByValue[value];

    public static bool TryParse<TEnum>(string word, out TEnum value) where TEnum : struct, Enum => Names<TEnum>.ByWord.TryGetValue(word, out value);

    public static IReadOnlyCollection<string> All<TEnum>() where TEnum : struct, Enum => Names<TEnum>.ByWord.Keys;

    /// <summary>The words of an enum that is known by its type alone.</summary>
    public static IEnumerable<string> All(Type words) => Enum.GetNames(words).Select(JsonNamingPolicy.KebabCaseLower.ConvertName);

    private static class Names<TEnum> where TEnum : struct, Enum
    {
        public static readonly Dictionary<TEnum, string> ByValue =
            Enum.GetValues<TEnum>().ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

        public static readonly Dictionary<string, TEnum> ByWord = ByValue.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);
    }
}
