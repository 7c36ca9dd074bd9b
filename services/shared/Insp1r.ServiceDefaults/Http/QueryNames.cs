using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Insp1r.ServiceDefaults.Http;

/// <summary>Refuses query parameters that an operation does not have: were it ignored, a misspelt filter would answer another question.</summary>
internal static class QueryNames
{
    private const int MostToRepeat = 40;

    public static EndpointFilterDelegate Check(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var known = context.MethodInfo.GetParameters().SelectMany(NamesOf).Append("fields").ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        return invocation =>
        {
            var request = invocation.HttpContext.Request;
            return request.Query.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown
                ? ValueTask.FromResult<object?>(QueryChecks.Refuse(
                    unknown.Length <= MostToRepeat ? unknown : unknown[..MostToRepeat], "unknown-parameter", Expected(known.Where(name => !request.RouteValues.ContainsKey(name)))))
                : next(invocation);
        };
    }

    private static string Expected(IEnumerable<string> names) => $"Only {string.Join(", ", names.Order(StringComparer.Ordinal))}.";

    private static IEnumerable<string> NamesOf(ParameterInfo parameter) => parameter.GetCustomAttribute<AsParametersAttribute>() is null
        ? NameOf(parameter.Name!, parameter.ParameterType)
        : parameter.ParameterType.GetProperties().Where(property => property.CanWrite).SelectMany(property => NameOf(property.Name, property.PropertyType));

    // What is bound from text. The others are services, or the body.
    private static IEnumerable<string> NameOf(string name, Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain && (plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(Guid) || plain == typeof(DateOnly) || plain == typeof(DateTimeOffset))
            ? [JsonNamingPolicy.CamelCase.ConvertName(name)]
            : [];
}
