using System.Text.Json.Nodes;

namespace Insp1r.Testing;

/// <summary>What a service's OpenAPI document says of query parameters.</summary>
public static class DescribedParameters
{
    /// <summary>Those that it says nothing of, by their operations.</summary>
    public static string Without(JsonNode document) => string.Join('\n',
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        from parameter in operation.Value!["parameters"] as JsonArray ?? []
        where (string?)parameter["in"] == "query" && string.IsNullOrWhiteSpace((string?)parameter["description"])
        select $"{operation.Key} {path.Key}: {parameter["name"]}");
}
