using System.Text.Json.Nodes;
using Insp1r.Gateway.Document;

namespace Insp1r.Gateway.Tests;

public sealed class DocumentMergeTests
{
    [Fact]
    public void Merge_SameComponentInTwoParts_IsOne()
    {
        var merged = Merge(
            Part("membership", """{"/api/v1/a":{"get":{}}}""", """{"Page":{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}}}}"""),
            Part("advocacy", """{"/api/v1/b":{"get":{}}}""", """{"Page":{"properties":{"b":{"type":"string"},"a":{"type":"string"}},"type":"object"}}"""));

        Assert.Equal(["Page"], Names(merged, "schemas"));
        Assert.Equal(["/api/v1/a", "/api/v1/b"], merged["paths"]!.AsObject().Select(path => path.Key));
    }

    [Fact]
    public void Merge_DifferentComponentsOfOneName_KeepTheirServicesName()
    {
        var merged = Merge(
            Part("membership", """{"/api/v1/a":{"get":{"x":{"$ref":"#/components/schemas/Node"}}}}""", """{"Node":{"type":"object"},"Other":{"type":"string"}}"""),
            Part("advocacy", """{"/api/v1/b":{"get":{"x":{"$ref":"#/components/schemas/Node"}}}}""", """{"Node":{"type":"string"}}"""));

        Assert.Equal(["AdvocacyNode", "MembershipNode", "Other"], Names(merged, "schemas"));
        Assert.Equal("#/components/schemas/MembershipNode", (string?)merged["paths"]!["/api/v1/a"]!["get"]!["x"]!["$ref"]);
        Assert.Equal("#/components/schemas/AdvocacyNode", (string?)merged["paths"]!["/api/v1/b"]!["get"]!["x"]!["$ref"]);
        Assert.Equal("string", (string?)merged["components"]!["schemas"]!["AdvocacyNode"]!["type"]);
    }

    [Fact]
    public void Merge_SameTextThatRefersToDifferentThings_IsTwoAsWell()
    {
        const string Outer = """ "Outer":{"type":"array","items":{"$ref":"#/components/schemas/Inner"}} """;
        var merged = Merge(
            Part("membership", """{"/api/v1/a":{}}""", $$"""{ {{Outer}}, "Inner":{"type":"object"} }"""),
            Part("advocacy", """{"/api/v1/b":{}}""", $$"""{ {{Outer}}, "Inner":{"type":"string"} }"""));

        Assert.Equal(["AdvocacyInner", "AdvocacyOuter", "MembershipInner", "MembershipOuter"], Names(merged, "schemas"));
        Assert.Equal("#/components/schemas/AdvocacyInner", (string?)merged["components"]!["schemas"]!["AdvocacyOuter"]!["items"]!["$ref"]);
    }

    [Fact]
    public void Merge_DiscriminatorMapping_FollowsTheNewName()
    {
        var merged = Merge(
            Part("membership", """{"/api/v1/a":{}}""", """{"Base":{"discriminator":{"propertyName":"k","mapping":{"x":"#/components/schemas/X"}}},"X":{"type":"object"}}"""),
            Part("advocacy", """{"/api/v1/b":{}}""", """{"X":{"type":"string"}}"""));

        Assert.Equal("#/components/schemas/MembershipX", (string?)merged["components"]!["schemas"]!["Base"]!["discriminator"]!["mapping"]!["x"]);
    }

    [Fact]
    public void Merge_PathThatNoRouteLeadsTo_IsLeftOut()
    {
        var merged = DocumentMerge.Merge(
            [Part("membership", """{"/api/v1/a":{"get":{}},"/internal":{"get":{}}}""", "{}")], (_, path) => path != "/internal");

        Assert.Equal(["/api/v1/a"], merged["paths"]!.AsObject().Select(path => path.Key));
    }

    [Fact]
    public void Merge_OperationIdTakenTwice_GetsItsServicesName()
    {
        var merged = Merge(
            Part("membership", """{"/api/v1/changes/membership":{"get":{"operationId":"ReadChanges"}}}""", "{}"),
            Part("advocacy", """{"/api/v1/changes/advocacy":{"get":{"operationId":"ReadChanges"}}}""", "{}"));

        Assert.Equal("MembershipReadChanges", (string?)merged["paths"]!["/api/v1/changes/membership"]!["get"]!["operationId"]);
        Assert.Equal("AdvocacyReadChanges", (string?)merged["paths"]!["/api/v1/changes/advocacy"]!["get"]!["operationId"]);
    }

    [Fact]
    public void Merge_Tags_AreTheUsedOnesInOrder()
    {
        var first = Part("membership", """{"/api/v1/a":{"get":{"tags":["Nodes"]},"post":{"tags":["Access"]}}}""", "{}");
        first.Document["tags"] = JsonNode.Parse("""[{"name":"Unused"},{"name":"Nodes","description":"The network"}]""");

        var merged = Merge(first, Part("advocacy", """{"/api/v1/b":{"get":{"tags":["Campaigns"]}}}""", "{}"));

        Assert.Equal("""[{"name":"Access"},{"name":"Campaigns"},{"name":"Nodes","description":"The network"}]""", merged["tags"]!.ToJsonString());
    }

    [Fact]
    public void Merge_OtherOrderOfTheParts_GivesTheSameBytes()
    {
        var one = Part("membership", """{"/api/v1/z":{"get":{}},"/api/v1/a":{"get":{}}}""", """{"B":{"type":"object"},"A":{"type":"object"}}""");
        var two = Part("advocacy", """{"/api/v1/m":{"get":{}}}""", """{"A":{"type":"string"},"C":{}}""");

        Assert.Equal(Merge(one, two).ToJsonString(), Merge(two, one).ToJsonString());
    }

    private static JsonObject Merge(params Part[] parts) => DocumentMerge.Merge(parts, (_, _) => true);

    private static IEnumerable<string> Names(JsonObject document, string section) => document["components"]![section]!.AsObject().Select(component => component.Key);

    private static Part Part(string service, string paths, string schemas) =>
        new(service, JsonNode.Parse($$"""{"openapi":"3.1.1","paths":{{paths}},"components":{"schemas":{{schemas}} } }""")!.AsObject());
}
