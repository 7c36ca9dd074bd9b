using System.Net;
using System.Text.Json.Nodes;

namespace Insp1r.DemoData.Tests;

/// <summary>A request as the gateway got it. The token of a client is its id here.</summary>
internal sealed record Sent(string Client, HttpMethod Method, string Path, string? Key, string Body);

/// <summary>As much of the platform as the loader meets: lists, posts, sync, and services that hear of nodes and organisations a little later.</summary>
internal sealed class FakeGateway(int nodesArriveAfter = 0, int organisationsArriveAfter = 0) : HttpMessageHandler
{
    private const string ByExternalId = "/api/v1/organisations/by-external-id/";

    private readonly Dictionary<string, List<JsonObject>> _records = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> _synced = new(StringComparer.Ordinal);
    private int _campaignsRefused;
    private int _outcomesRefused;

    public List<Sent> Requests { get; } = [];

    public IEnumerable<Sent> Posts => Requests.Where(request => request.Method == HttpMethod.Post && request.Path != "/connect/token");

    public List<JsonObject> Records(string path) => _records.TryGetValue(path, out var records) ? records : _records[path] = [];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var path = request.RequestUri!.AbsolutePath;
        var key = request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null;
        Requests.Add(new Sent(request.Headers.Authorization?.Parameter ?? "", request.Method, path, key, body));

        return path switch
        {
            "/connect/token" => Answer(HttpStatusCode.OK, new JsonObject { ["access_token"] = ClientOf(body), ["expires_in"] = 900 }),
            "/api/v1/sync/batches" => Lines(body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Sync)),
            _ when path.StartsWith(ByExternalId, StringComparison.Ordinal) => _synced.TryGetValue(path[ByExternalId.Length..].Replace('/', ':'), out var id)
                ? Answer(HttpStatusCode.OK, new JsonObject { ["id"] = id.ToString() })
                : Answer(HttpStatusCode.NotFound, new JsonObject { ["type"] = "/problems/not-found" }),
            _ when request.Method == HttpMethod.Get => Answer(HttpStatusCode.OK, new JsonObject { ["items"] = new JsonArray([.. Records(path).Select(record => record.DeepClone())]), ["next"] = null }),
            "/api/v1/campaigns" when _campaignsRefused++ < nodesArriveAfter => Refuse("unknown-node"),
            "/api/v1/outcomes" when _outcomesRefused++ < organisationsArriveAfter => Refuse("unknown-organisation"),
            _ when path.EndsWith("/submission", StringComparison.Ordinal) => Submit(path.Split('/')[^2]),
            _ => Add(path, JsonNode.Parse(body)!.AsObject()),
        };
    }

    private HttpResponseMessage Add(string path, JsonObject record)
    {
        record["id"] = Guid.CreateVersion7().ToString();
        if (path == "/api/v1/outcomes")
            record["status"] = "draft";
        Records(path).Add(record);
        return Answer(HttpStatusCode.Created, record.DeepClone());
    }

    private HttpResponseMessage Submit(string id)
    {
        var outcome = Records("/api/v1/outcomes").Single(record => (string?)record["id"] == id);
        outcome["status"] = "submitted";
        return Answer(HttpStatusCode.OK, outcome.DeepClone());
    }

    private JsonObject Sync(string line)
    {
        var externalId = (string)JsonNode.Parse(line)!["externalId"]!;
        _synced.Add(externalId, Guid.CreateVersion7());
        return new JsonObject { ["externalId"] = externalId, ["result"] = "created", ["id"] = _synced[externalId].ToString() };
    }

    private static HttpResponseMessage Refuse(string code) => Answer(
        HttpStatusCode.UnprocessableEntity, new JsonObject { ["type"] = "/problems/invalid", ["errors"] = new JsonArray(new JsonObject { ["code"] = code }) });

    private static string ClientOf(string form) => form.Split('&').Single(pair => pair.StartsWith("client_id=", StringComparison.Ordinal))["client_id=".Length..];

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonNode body) => new(status) { Content = new StringContent(body.ToJsonString()) };

    private static HttpResponseMessage Lines(IEnumerable<JsonObject> lines) =>
        new(HttpStatusCode.OK) { Content = new StringContent(string.Join('\n', lines.Select(line => line.ToJsonString())) + "\n") };
}
