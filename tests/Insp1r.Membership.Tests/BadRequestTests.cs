using System.Net.Http.Headers;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests;

/// <summary>What cannot be read is refused with the place and with what is expected there, in the words of the API and not in the framework's.</summary>
public sealed class BadRequestTests(Shared shared)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"types":"trade-union"}""", "/types", "A list. Each item: a text.")]
    [InlineData("""{"names":[]}""", "/names", "An object. Each member: a text.")]
    [InlineData("[]", "", "An object.")]
    public async Task S18_BodyOfAnotherShape_IsToldWhatIsExpected(string body, string pointer, string expected)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var organisation = (await network.RegisterAsync("Shapes", Ct)).Expect(201);

        Told(await network.Contributor.PostAsync("/api/v1/organisations", body, Ct), "bad-request", pointer, "bad-json", expected);
        Told(await network.Contributor.PatchAsync($"/api/v1/organisations/{organisation.Id}", body, Ct, ("If-Match", organisation.ETag!)), "bad-request", pointer, "bad-json", expected);
    }

    [Theory]
    [InlineData("""{"reach":{}}""", "/reach", "A list. Each item: an object.")]
    [InlineData("""{"reach":[1]}""", "/reach/0", "An object.")]
    [InlineData("""{"reach":[{"year":2024.5}]}""", "/reach/0/year", "A whole number.")]
    public async Task S18_ServiceOfAnotherShape_IsToldWhatIsExpected(string body, string pointer, string expected)
    {
        var network = await shared.NewNetworkAsync(Ct);
        var organisation = (await network.RegisterAsync("Shapes", Ct)).Expect(201);

        Told(await network.Contributor.PostAsync($"/api/v1/organisations/{organisation.Id}/services", body, Ct), "bad-request", pointer, "bad-json", expected);
    }

    [Fact]
    public async Task S18_WhatIsMissing_IsNamed()
    {
        var network = await shared.NewNetworkAsync(Ct);

        Told(await network.Contributor.SendAsync(HttpMethod.Post, "/api/v1/imports", Body("text/csv"), Ct), "bad-query", "node", "required", "Required. A text.");
        Told(await network.Reader.GetAsync($"/api/v1/organisations/by-external-id/{network.Ns}", Ct), "bad-request", "value", "required", "Required. A text.");
        Told(await network.Contributor.SendAsync(HttpMethod.Post, "/api/v1/organisations", null, Ct), "bad-request", "", "required", "A JSON body.");
        Told(await network.Contributor.PostAsync("/api/v1/organisations", "null", Ct), "bad-request", "", "required", "A JSON body.");
    }

    [Fact]
    public async Task S18_AnotherMediaType_IsToldThoseThatAreTaken()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var id = Guid.NewGuid();

        Assert.Equal("application/json", await TakenAsync(HttpMethod.Post, "organisations"));
        Assert.Equal("application/json, application/x-ndjson", await TakenAsync(HttpMethod.Post, "sync/batches"));
        Assert.StartsWith("text/csv, application/vnd.openxmlformats", await TakenAsync(HttpMethod.Post, $"imports?node={network.Node}"), StringComparison.Ordinal);
        foreach (var kind in (string[])["organisations", "nodes"])
            Assert.Contains("application/pdf, ", await TakenAsync(HttpMethod.Put, $"{kind}/{id}/documents/{id}/file"), StringComparison.Ordinal);

        async Task<string> TakenAsync(HttpMethod method, string path)
        {
            var detail = (string)(await network.Contributor.SendAsync(method, $"/api/v1/{path}", Body("application/zip"), Ct)).IsProblem(415, "unsupported-media-type").Json["detail"]!;
            const string Before = "Send the body with one of these as its Content-Type: ";
            Assert.StartsWith(Before, detail, StringComparison.Ordinal);
            return detail[Before.Length..^1];
        }
    }

    private static void Told(Answer answer, string problem, string pointer, string code, string expected)
    {
        var error = Assert.Single(answer.IsProblem(400, problem).Json["errors"]!.AsArray())!;
        Assert.Equal((pointer, code, expected), ((string?)error["pointer"], (string?)error["code"], (string?)error["detail"]));
    }

    private static ByteArrayContent Body(string mediaType) => new([1]) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
}
