using System.Text.Json;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Membership.Data;

/// <summary>Texts by language, in jsonb. They are always written in the order of their tags, as jsonb gives them back.</summary>
internal static class LanguageTexts
{
    public static readonly IReadOnlyDictionary<string, string> None = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, string> Canonical(IReadOnlyDictionary<string, string>? texts) => texts is null or { Count: 0 }
        ? None
        : new SortedDictionary<string, string>(texts.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);

    public static string ToJson(IReadOnlyDictionary<string, string> texts) => JsonSerializer.Serialize(texts, JsonDefaults.Options);

    public static IReadOnlyDictionary<string, string> FromJson(string json) =>
        json is "{}" ? None : JsonSerializer.Deserialize<SortedDictionary<string, string>>(json, JsonDefaults.Options)!;

    public static bool Same(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one.Count == other.Count
            && one.All(pair => other.TryGetValue(pair.Key, out var text) && text == pair.Value));

    public static void IsLanguageTexts(this PropertyBuilder<IReadOnlyDictionary<string, string>> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            texts => ToJson(texts),
            json => FromJson(json),
            new ValueComparer<IReadOnlyDictionary<string, string>>((one, other) => Same(one, other), texts => texts.Count, texts => texts));
}
