using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests.Contract;

/// <summary>An operation of the OpenAPI document. <paramref name="Scopes"/> is null where it says nothing about security, empty where it is open.</summary>
internal sealed record Operation(string Name, HttpMethod Method, string Path, IReadOnlyList<string>? Scopes, string Description, string? BodyType)
{
    public bool IsWrite => Method != HttpMethod.Get;
    public bool IsAnonymous => Scopes is { Count: 0 };

    /// <summary>Whether it is for those who look after the running system, and for nobody else.</summary>
    public bool IsOperators => Scopes?.Contains("operate", StringComparer.Ordinal) == true;

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>The document at /openapi/v1.json: tests that are generated from it cannot forget an endpoint.</summary>
internal sealed partial class ApiDocument(JsonNode json)
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    public JsonNode Json { get; } = json;

    public IReadOnlyList<Operation> Operations { get; } =
    [
        .. from path in json["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where Methods.Contains(operation.Key, StringComparer.Ordinal)
           select Read(path.Key, operation.Key, operation.Value!),
    ];

    /// <summary>The whole document: on a busy machine a service may give its part a little later than its first answer.</summary>
    public static async Task<ApiDocument> ReadAsync(PlatformStack stack, CancellationToken ct) => new(await Until.NotNullAsync(
        async () => (await stack.Anonymous.GetAsync("/openapi/v1.json", ct)).Expect(200).Json is { } json && json["x-missing"] is null ? json : null,
        "the document has the part of every service", ct));

    /// <summary>An address of the operation: each parameter of the path is replaced by the given value for it, or by a random id.</summary>
    public static string Address(Operation operation, IReadOnlyDictionary<string, string>? known = null) => PathParameter().Replace(operation.Path, match =>
    {
        // What stands before the parameter says what it is an id of.
        var before = operation.Path[..match.Index].TrimEnd('/');
        return known?.GetValueOrDefault(before[(before.LastIndexOf('/') + 1)..]) ?? Guid.NewGuid().ToString();
    });

    private static Operation Read(string path, string method, JsonNode operation) => new(
        (string?)operation["operationId"] ?? "",
        new HttpMethod(method.ToUpperInvariant()),
        path,
        operation["security"] is JsonArray security ? [.. security.SelectMany(requirement => requirement!.AsObject().SelectMany(scheme => scheme.Value!.AsArray().Select(scope => (string)scope!)))] : null,
        (string?)operation["description"] ?? "",
        operation["requestBody"]?["content"]?.AsObject().Select(content => content.Key).FirstOrDefault());

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathParameter();
}
