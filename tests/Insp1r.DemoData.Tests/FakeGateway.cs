using System.Net;
using System.Text.Json.Nodes;

namespace Insp1r.DemoData.Tests;

/// <summary>A request as the gateway got it. The token of a client is its id here.</summary>
internal sealed record Sent(string Client, HttpMethod Method, string Path, string? Key, string Body);

/// <summary>As much of the platform as the loader meets: lists, posts, and services that hear of nodes and organisations a little later.</summary>
internal sealed class FakeGateway(int nodesArriveAfter = 0, int organisationsArriveAfter = 0) : HttpMessageHandler
{
    public const string Figures = "/api/v1/figures";
    private const string ByExternalId = "/api/v1/organisations/by-external-id/";

    private readonly Dictionary<string, List<JsonObject>> _records = new(StringComparer.Ordinal);
    private int _campaignsRefused;
    private int _outcomesRefused;

    public List<Sent> Requests { get; } = [];

    /// <summary>Figures that are in no list any more, and are found by their id.</summary>
    public List<JsonObject> CorrectedFigures { get; } = [];

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
            _ when path.StartsWith(ByExternalId, StringComparison.Ordinal) => Find(path[ByExternalId.Length..].Replace('/', ':')),
            _ when request.Method == HttpMethod.Get && path.StartsWith(Figures + '/', StringComparison.Ordinal) =>
                Answer(HttpStatusCode.OK, CorrectedFigures.Single(figure => (string?)figure["id"] == path.Split('/')[^1]).DeepClone()),
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

    private HttpResponseMessage Find(string externalId) =>
        Records("/api/v1/organisations").Find(organisation => (string?)organisation["externalIds"]?[0] == externalId) is { } found
            ? Answer(HttpStatusCode.OK, found.DeepClone())
            : Answer(HttpStatusCode.NotFound, new JsonObject { ["type"] = "/problems/not-found" });

    private static HttpResponseMessage Refuse(string code) => Answer(
        HttpStatusCode.UnprocessableEntity, new JsonObject { ["type"] = "/problems/invalid", ["errors"] = new JsonArray(new JsonObject { ["code"] = code }) });

    private static string ClientOf(string form) => form.Split('&').Single(pair => pair.StartsWith("client_id=", StringComparison.Ordinal))["client_id=".Length..];

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonNode body) => new(status) { Content = new StringContent(body.ToJsonString()) };
}
