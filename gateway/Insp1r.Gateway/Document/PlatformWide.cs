using System.Text.Json.Nodes;

namespace Insp1r.Gateway.Document;

/// <summary>What the document says of the platform as a whole, and what the gateway itself may answer to any request.</summary>
internal static class PlatformWide
{
    private const string Description =
        """
        The API of the INSP!R network: member organisations, campaigns, demands and outcomes, announcements and events.

        **Access.** Get a token at `/connect/token` (OAuth 2 client credentials) and send it as `Authorization: Bearer <token>`.

        **Errors** are problem+json (RFC 9457). Their `type` is stable and leads to a page that says what to do: `/problems`.

        **Lists** are paged: `limit`, and `after` with the `next` of the page before. **Changes** need the `ETag` that you read, as `If-Match`.
        Send an `Idempotency-Key` with each POST: then it can be sent again after a broken connection.

        **Limits** are per client: `RateLimit` says how many requests are left, `Retry-After` how many seconds to wait after a 429 or 503.
        Answers are compressed (br, gzip) for clients that accept it.
        """;

    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal)
    {
        ["Access"] = "Tokens, public keys and clients: systems, and apps that people sign in to",
        ["Announcements"] = "Drafts made from outcomes, and what the nodes publish",
        ["Campaigns"] = "What a node campaigns for",
        ["Demands"] = "What is asked of a target body, and how far it has come",
        ["Events"] = "Public events of the nodes",
        ["Nodes"] = "The national, continental and intercontinental networks",
        ["Operations"] = "For operators: the log and its readers, failed messages, replay",
        ["Organisations"] = "Member organisations and their standing",
        ["Outcomes"] = "What was achieved, who contributed, and who can confirm it",
        ["Sync"] = "For the systems of national networks: push members, settle conflicts",
        ["Target bodies"] = "Who decides: ministries, parliaments, international bodies",
    };

    private static readonly (string Status, string Name, string Description, bool BodyOnly, bool RetryAfter)[] GatewayAnswers =
    [
        ("413", "TooLarge", "The request is larger than this address takes", true, false),
        ("429", "TooManyRequests", "Too many requests: wait as long as Retry-After says", false, true),
        ("503", "Unavailable", "The service behind this address does not answer: try again after Retry-After seconds", false, true),
        ("504", "Timeout", "The service took too long", false, false),
    ];

    public static void Complete(JsonObject document, IEnumerable<string> missing)
    {
        document["info"] = new JsonObject { ["title"] = "INSP!R API", ["version"] = "1.0.0", ["description"] = Description };
        document["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "This platform" });
        if (document["components"]!["securitySchemes"] is JsonObject { Count: > 0 } schemes)
            document["security"] = new JsonArray(new JsonObject { [schemes.First().Key] = new JsonArray() });
        if (missing.ToArray() is { Length: > 0 } names)
            document["x-missing"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        foreach (var tag in document["tags"]!.AsArray().Select(tag => tag!.AsObject()))
        {
            if (!tag.ContainsKey("description") && Tags.TryGetValue((string)tag["name"]!, out var description))
                tag["description"] = description;
        }

        AddGatewayAnswers(document);
        InOrder(document);
    }

    private static void AddGatewayAnswers(JsonObject document)
    {
        var components = document["components"]!.AsObject();
        if (components["schemas"]?["Problem"] is null)
            return;

        var responses = components["responses"] as JsonObject ?? [];
        components["responses"] = responses;
        foreach (var answer in GatewayAnswers)
            responses[answer.Name] = Response(answer.Description, answer.RetryAfter);

        foreach (var (_, operation) in DocumentMerge.Operations(document))
        {
            var own = operation["responses"] as JsonObject ?? [];
            operation["responses"] = own;
            foreach (var answer in GatewayAnswers.Where(answer => !answer.BodyOnly || operation.ContainsKey("requestBody")))
                own[answer.Status] = new JsonObject { ["$ref"] = $"#/components/responses/{answer.Name}" };
        }
    }

    private static JsonObject Response(string description, bool retryAfter)
    {
        var response = new JsonObject
        {
            ["description"] = description,
            ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } },
        };
        if (retryAfter)
        {
            response["headers"] = new JsonObject
            {
                ["Retry-After"] = new JsonObject
                {
                    ["description"] = "Seconds to wait",
                    ["schema"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1 },
                },
            };
        }

        return response;
    }

    // As people expect to read it.
    private static void InOrder(JsonObject document)
    {
        foreach (var name in (string[])["info", "servers", "security", "tags", "paths", "components", "x-missing"])
        {
            if (!document.ContainsKey(name))
                continue;

            var value = document[name];
            document.Remove(name);
            document[name] = value;
        }
    }
}
