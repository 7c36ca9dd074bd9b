using System.Text.Json.Nodes;

namespace Insp1r.System.Tests.Contract;

/// <summary>One document describes the whole platform, and it is complete.</summary>
public sealed class OpenApiTests(Platform platform)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_IsOpenApi31_WithEveryReferenceResolved()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);

        Assert.StartsWith("3.1.", (string)document.Json["openapi"]!, StringComparison.Ordinal);
        Assert.NotEqual("", (string)document.Json["info"]!["title"]!);
        Assert.NotEqual("", (string)document.Json["info"]!["version"]!);
        Assert.Empty(References(document.Json).Where(reference => !Resolves(document.Json, reference)).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Operations_AreNamedUniquelyAndSummarised()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);

        Assert.Empty(document.Operations.Where(operation => operation.Name.Length == 0).Select(operation => $"{operation}"));
        Assert.Empty(document.Operations.GroupBy(operation => operation.Name, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.Key));
        Assert.Empty(Operations(document).Where(operation => (string?)operation.Json["summary"] is null or "").Select(operation => operation.Name));
    }

    [Fact]
    public async Task Operations_HaveARuleOrAreMeantToBeOpen()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);

        Assert.True(document.Operations.Count >= 40, $"Only {document.Operations.Count} operations are described.");
        Assert.Empty(document.Operations.Where(operation => operation.Scopes is null).Select(operation => $"{operation}"));
        Assert.Equal(
            [
                "GET /.well-known/jwks.json", "GET /.well-known/openid-configuration", "GET /api/v1/directory", "GET /connect/userinfo",
                "POST /connect/device", "POST /connect/introspection", "POST /connect/par", "POST /connect/revocation", "POST /connect/token",
            ],
            document.Operations.Where(operation => operation.IsAnonymous).Select(operation => $"{operation}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Operations_SayTheirAnswers()
    {
        var document = await ApiDocument.ReadAsync(platform.Stack, Ct);

        foreach (var (name, json) in Operations(document))
        {
            var answers = json["responses"]!.AsObject().Select(answer => answer.Key).ToList();
            Assert.True(answers.Exists(answer => answer.StartsWith('2')), $"{name} says no success: {string.Join(", ", answers)}");
            Assert.True(answers.Exists(answer => answer.StartsWith('4')), $"{name} says no error: {string.Join(", ", answers)}");
        }
    }

    private static IEnumerable<(string Name, JsonNode Json)> Operations(ApiDocument document) =>
        document.Operations.Select(operation => ($"{operation}", document.Json["paths"]![operation.Path]![operation.Method.Method.ToLowerInvariant()]!));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => member is { Key: "$ref", Value: JsonValue reference } ? [(string)reference!] : References(member.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };

    private static bool Resolves(JsonNode document, string reference)
    {
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return false;

        var node = document;
        foreach (var segment in reference[2..].Split('/'))
        {
            node = (node as JsonObject)?[Uri.UnescapeDataString(segment).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)];
            if (node is null)
                return false;
        }

        return true;
    }
}
