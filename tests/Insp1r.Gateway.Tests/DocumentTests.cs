using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Insp1r.Gateway.Tests;

public sealed class DocumentTests
{
    private const string Problem = """ "Problem":{"type":"object"} """;

    [Fact]
    public async Task Document_AllServicesUp_IsOneForAll()
    {
        await using var platform = await StartDescribedAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);

        var document = await ReadAsync(gateway);

        Assert.Equal("3.1.1", (string?)document["openapi"]);
        Assert.Equal(["/api/v1/announcements", "/api/v1/campaigns", "/api/v1/organisations"], document["paths"]!.AsObject().Select(path => path.Key));
        Assert.Equal("/", (string?)document["servers"]![0]!["url"]);
        Assert.Equal("INSP!R API", (string?)document["info"]!["title"]);
        Assert.Equal("""[{"oauth2":[]}]""", document["security"]!.ToJsonString());
        Assert.Equal(["openapi", "info", "servers", "security", "tags", "paths", "components"], document.Select(member => member.Key));
        var responses = document["paths"]!["/api/v1/campaigns"]!["post"]!["responses"]!.AsObject();
        Assert.Equal(["200", "413", "429", "503", "504"], responses.Select(response => response.Key).Order(StringComparer.Ordinal));
        Assert.False(document["paths"]!["/api/v1/organisations"]!["get"]!["responses"]!.AsObject().ContainsKey("413"));
    }

    [Fact]
    public async Task Document_ReadAgain_Is304()
    {
        await using var platform = await StartDescribedAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);
        await ReadAsync(gateway);
        using var first = await gateway.SendAsync(Http.Request("/openapi/v1.json"));

        using var again = await gateway.SendAsync(Http.Request("/openapi/v1.json").With("If-None-Match", first.Header("ETag")!));

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Document_ServiceGoesDown_ItsLastPartIsKept()
    {
        await using var platform = await StartDescribedAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);
        await ReadAsync(gateway);

        await platform.Advocacy.StopAsync();
        var document = await ReadAsync(gateway);

        Assert.True(document["paths"]!.AsObject().ContainsKey("/api/v1/campaigns"));
    }

    [Fact]
    public async Task Document_ServiceNeverSeen_IsNamedAsMissingUntilItComes()
    {
        await using var platform = await StartDescribedAsync();
        await platform.Communications.StopAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);

        using (var response = await gateway.SendAsync(Http.Request("/openapi/v1.json")))
        {
            var partial = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal("""["communications"]""", partial["x-missing"]!.ToJsonString());
            Assert.True(partial["paths"]!.AsObject().ContainsKey("/api/v1/campaigns"));
        }

        await platform.Communications.StartAsync();
        Assert.True((await ReadAsync(gateway))["paths"]!.AsObject().ContainsKey("/api/v1/announcements"));
    }

    [Fact]
    public async Task Document_NoServiceSeenYet_Is503()
    {
        await using var platform = await Platform.StartAsync();
        await using var gateway = await GatewayApp.StartAsync(platform);

        using var response = await gateway.SendAsync(Http.Request("/openapi/v1.json"));

        await response.IsProblemAsync(HttpStatusCode.ServiceUnavailable, "unavailable");
        Assert.NotNull(response.Header("Retry-After"));
    }

    private static async Task<Platform> StartDescribedAsync()
    {
        var platform = await Platform.StartAsync();
        Describe(platform.Membership, """{"/api/v1/organisations":{"get":{"tags":["Organisations"],"responses":{"200":{"description":"ok"}}}},"/internal":{"get":{}}}""");
        Describe(platform.Advocacy, """{"/api/v1/campaigns":{"post":{"tags":["Campaigns"],"requestBody":{},"responses":{"200":{"description":"ok"},"429":{"description":"own"}}}}}""");
        Describe(platform.Communications, """{"/api/v1/announcements":{"get":{"tags":["Announcements"]}}}""");
        return platform;
    }

    private static void Describe(Service service, string paths) => service.On("/openapi/v1.json", context => context.Response.WriteAsync(
        $$$"""{"openapi":"3.1.1","info":{"title":"one of three","version":"1"},"paths":{{{paths}}},"components":{"schemas":{ {{{Problem}}} },"securitySchemes":{"oauth2":{"type":"oauth2"} } } }"""));

    /// <summary>The document once no part is missing any more.</summary>
    private static async Task<JsonObject> ReadAsync(GatewayApp gateway)
    {
        JsonObject? document = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await gateway.SendAsync(Http.Request("/openapi/v1.json"));
                document = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
                return response.IsSuccessStatusCode && !document.ContainsKey("x-missing");
            },
            "the document is whole");
        return document!;
    }
}
