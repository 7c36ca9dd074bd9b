using System.Text.Json.Nodes;
using Insp1r.Testing;

namespace Insp1r.Advocacy.Tests;

public sealed class DocumentTests(Shared shared)
{
    [Fact]
    public async Task C1_EveryOperation_HasANameASummaryADescriptionAndItsProblems()
    {
        var document = (await shared.App.Anonymous.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).Expect(200).Json;

        var operations = document["paths"]!.AsObject()
            .Where(path => !path.Key.Contains("/operations/", StringComparison.Ordinal))
            .SelectMany(path => path.Value!.AsObject().Select(operation => (Name: $"{operation.Key} {path.Key}", Operation: operation.Value!.AsObject())))
            .ToList();

        Assert.Equal(25, operations.Count);
        Assert.All(operations, pair =>
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)pair.Operation["operationId"]), pair.Name);
            Assert.False(string.IsNullOrWhiteSpace((string?)pair.Operation["summary"]), pair.Name);
            Assert.True(((string?)pair.Operation["description"])?.Length > 60, pair.Name);
            var answers = pair.Operation["responses"]!.AsObject();
            Assert.Superset(new HashSet<string> { "400", "401", "403", "429" }, answers.Select(answer => answer.Key).ToHashSet());
            Assert.All(answers.Where(answer => answer.Key[0] == '4'), answer => Assert.True(answer.Value!["content"]!["application/problem+json"] is JsonObject, $"{pair.Name} {answer.Key}"));
        });
    }

    [Fact]
    public async Task C1_EveryQueryParameter_HasADescription()
    {
        var document = (await shared.App.Anonymous.GetAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).Expect(200).Json;

        var undescribed = DescribedParameters.Without(document);
        Assert.True(undescribed is "", undescribed);
    }
}
