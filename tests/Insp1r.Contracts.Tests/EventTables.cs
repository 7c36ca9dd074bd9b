using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Contracts.Tests;

/// <summary>The tables of docs/events.md, made from the contracts themselves.</summary>
internal static class EventTables
{
    private static readonly JsonSerializerOptions Options = new(JsonDefaults.Options) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
    private static readonly NullabilityInfoContext Nullability = new();

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["events"] = Table(
            ["Event", "Record", "Where", "Members"],
            from name in EventTypes.Names.Order(StringComparer.Ordinal)
            let type = EventTypes.Find(name)!
            let attribute = EventTypes.Of(type)
            select (string[])[$"[`{name}`](#{name.Replace(".", "", StringComparison.Ordinal)})", attribute.Subject, attribute.Internal ? "internal" : "feed", Members(type)]),
        ["members"] = Table(
            ["Object", "Members"],
            from type in EventTypes.Names.SelectMany(name => Objects(EventTypes.Find(name)!)).Distinct().OrderBy(type => type.Name, StringComparer.Ordinal)
            select (string[])[$"`{type.Name}`", Members(type)]),
        ["listeners"] = Table(
            ["Queue", "Events"],
            from subscription in Subscriptions.All
            orderby subscription.Queue
            select (string[])[$"`{subscription.Queue}`", string.Join(", ", subscription.Events.Order(StringComparer.Ordinal).Select(name => $"`{name}`"))]),
    };

    private static string Table(string[] head, IEnumerable<string[]> rows) =>
        string.Concat(rows.Prepend([.. head.Select(_ => "---")]).Prepend(head).Select(cells => $"| {string.Join(" | ", cells)} |\n"));

    private static string Members(Type type) =>
        string.Join(", ", Properties(type).Select(member => $"`{member.Name}` {Kind(Nullability.Create((PropertyInfo)member.AttributeProvider!))}"));

    private static IList<JsonPropertyInfo> Properties(Type type) => Options.GetTypeInfo(type).Properties;

    private static string Kind(NullabilityInfo member)
    {
        var optional = member.ReadState == NullabilityState.Nullable ? " or null" : "";
        var type = Nullable.GetUnderlyingType(member.Type) ?? member.Type;
        if (type == typeof(string))
            return $"text{optional}";
        if (IsList(type))
            return $"list of {Kind(member.GenericTypeArguments[0])}{optional}";
        if (IsMap(type))
            return $"{Kind(member.GenericTypeArguments[1])} by {Kind(member.GenericTypeArguments[0])}{optional}";
        return $"{Simple(type)}{optional}";
    }

    private static string Simple(Type type) => type.Name switch
    {
        nameof(Guid) => "uuid",
        nameof(Int32) or nameof(Int64) => "integer",
        nameof(Decimal) => "number",
        nameof(Boolean) => "true or false",
        nameof(DateOnly) => "date",
        nameof(DateTimeOffset) => "time",
        nameof(JsonElement) => "JSON",
        _ when IsOfTheContracts(type) => $"`{type.Name}`",
        _ => throw new NotSupportedException($"{type} has no word in docs/events.md yet."),
    };

    private static IEnumerable<Type> Objects(Type type) => Properties(type)
        .SelectMany(property => (Type[])[property.PropertyType, .. property.PropertyType.GenericTypeArguments])
        .Select(member => Nullable.GetUnderlyingType(member) ?? member)
        .Where(IsOfTheContracts)
        .SelectMany(member => Objects(member).Append(member));

    private static bool IsOfTheContracts(Type type) => type.Assembly == typeof(IEvent).Assembly;

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    private static bool IsMap(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>);
}
