using System.Runtime.CompilerServices;
using System.Text.Json;
using Insp1r.ServiceDefaults.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Insp1r.Messaging.Log;

/// <summary>How values that are not plain columns are stored: as the API writes them, so that SQL and JSON read alike.</summary>
public static class Columns
{
    /// <summary>A value that is replaced and never changed in place, as jsonb.</summary>
    public static PropertyBuilder<T> IsJson<T>(this PropertyBuilder<T> property) => property
        .HasColumnType("jsonb")
        .HasConversion(
            value => JsonSerializer.Serialize(value, JsonDefaults.Options),
            text => JsonSerializer.Deserialize<T>(text, JsonDefaults.Options)!,
            new ValueComparer<T>((a, b) => ReferenceEquals(a, b), value => RuntimeHelpers.GetHashCode(value), value => value));

    /// <summary>An enum as its word.</summary>
    public static PropertyBuilder<TEnum> IsWord<TEnum>(this PropertyBuilder<TEnum> property) where TEnum : struct, Enum =>
        property.HasConversion(value => Words.Of(value), word => Parse<TEnum>(word)).HasColumnType("text");

    /// <summary>An enum that may be absent, as its word.</summary>
    public static PropertyBuilder<TEnum?> IsWord<TEnum>(this PropertyBuilder<TEnum?> property) where TEnum : struct, Enum =>
        property.HasConversion(value => value == null ? null : Words.Of(value.Value), word => word == null ? null : Parse<TEnum>(word)).HasColumnType("text");

    private static TEnum Parse<TEnum>(string word) where TEnum : struct, Enum =>
        Words.TryParse<TEnum>(word, out var value) ? value : throw new InvalidDataException($"The database holds '{word}', which is no {typeof(TEnum).Name}.");
}
