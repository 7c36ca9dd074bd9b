using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>
/// A member of a PATCH (RFC 7396): one that is not given stays as it is, and null takes the value away where it may be absent.
/// Declare it as an init property: the schema of a constructor's parameter would want a default value to print.
/// </summary>
[StructLayout(LayoutKind.Auto)]
[JsonConverter(typeof(OptionalConverter))]
public readonly record struct Optional<T>(T? Value)
{
    private readonly bool _isGiven = true;

    public bool IsGiven => _isGiven;

    /// <summary>The given value, or what it was.</summary>
    public T? Or(T? current) => IsGiven ? Value : current;
}

internal sealed class OptionalConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;

    private sealed class Of<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? Null() : new(((JsonConverter<T>)options.GetConverter(typeof(T))).Read(ref reader, typeof(T), options));

        private static Optional<T> Null() =>
            default(T) is null ? new Optional<T>(default) : throw new JsonException("null is not a value here.");

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
