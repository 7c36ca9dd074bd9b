using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;

namespace Insp1r.Messaging;

/// <summary>
/// The one kind of message on the broker: 1 to 100 rows of the log, all of one event type. Packs carry a bulk sync three times
/// as fast as single messages; consumers unpack them and never see one.
/// </summary>
[MessageUrn("insp1r:event-pack")]
public sealed record EventPack(string Type, IReadOnlyList<EventItem> Items)
{
    public const int MaxItems = 100;
}

/// <summary>One event of a pack. <paramref name="Id"/> is the id of its row in the log, and the key of the inbox.</summary>
public sealed record EventItem(Guid Id, string? TraceParent, DateTimeOffset OccurredAt, RawJson Data);

/// <summary>JSON that is passed on as it is: the relay does not look into what it sends.</summary>
[StructLayout(LayoutKind.Auto)]
[JsonConverter(typeof(RawJsonConverter))]
public readonly record struct RawJson(ReadOnlyMemory<byte> Utf8);

internal sealed class RawJsonConverter : JsonConverter<RawJson>
{
    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new RawJson(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
