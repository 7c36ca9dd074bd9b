using System.Net.Http.Headers;
using Insp1r.System.Tests.Contract;
using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests;

/// <summary>A record of each kind that one national network owns and that is open to nobody else.</summary>
internal sealed class Records
{
    private Records(IReadOnlyDictionary<string, string> ids) => Ids = ids;

    /// <summary>The id of the record by its collection, such as organisations.</summary>
    public IReadOnlyDictionary<string, string> Ids { get; }

    public static async Task<Records> CreateAsync(PlatformStack stack, Network.National network, CancellationToken ct)
    {
        await Network.EnsureAsync(stack, ct);
        var api = stack.As(network.Client);
        var name = $"Record {Guid.NewGuid()}";
        var organisation = (await api.PostAsync("/api/v1/organisations", Network.Organisation(network, name), ct)).Expect(201).Id;
        await Replication.UntilCompleteAsync(stack, Until.Generous, ct);

        object titled = new { node = network.Node, title = new { en = name }, sourceLanguage = "en" };
        var campaign = (await api.PostAsync("/api/v1/campaigns", titled, ct)).Expect(201).Id;
        var demand = (await api.PostAsync("/api/v1/demands", titled, ct)).Expect(201).Id;
        var outcome = (await api.PostAsync("/api/v1/outcomes", titled, ct)).Expect(201).Id;
        var node = (await api.GetAsync($"/api/v1/nodes/by-path/{network.Node}", ct)).Expect(200).Id;
        var client = $"client-{Guid.NewGuid():N}";
        (await api.PostAsync("/api/v1/clients", new { clientId = client, description = name, grants = (string[])[$"reader@{network.Node}"], scopes = (string[])["read"] }, ct)).Expect(201);
        var person = (await api.PostAsync("/api/v1/persons", new { node = network.Node, name, language = "en", levels = new { name = "node", roles = "node" } }, ct)).Expect(201).Id;
        var role = (await api.PostAsync($"/api/v1/persons/{person}/roles", new { kind = "contact", title = name, from = "2024-01-01", organisationId = organisation }, ct)).Expect(201).Id;
        var consent = (await api.PostAsync($"/api/v1/persons/{person}/consents", Consent, ct)).Expect(201).Id;
        var service = (await api.PostAsync($"/api/v1/organisations/{organisation}/services", Service, ct)).Expect(201).Id;
        (await api.PostAsync($"/api/v1/organisations/{organisation}/strength", Strength, ct)).Expect(201);
        return new Records(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["organisations"] = $"{organisation}",
            ["campaigns"] = $"{campaign}",
            ["demands"] = $"{demand}",
            ["outcomes"] = $"{outcome}",
            ["nodes"] = $"{node}",
            ["clients"] = client,
            ["persons"] = $"{person}",
            ["roles"] = $"{role}",
            ["consents"] = $"{consent}",
            ["services"] = $"{service}",
            ["strength"] = "2023",
        });
    }

    public static object Consent => new
    {
        purpose = "directory-network",
        fields = (string[])["name"],
        givenAt = "2026-03-01T10:00:00Z",
        source = "Signed form",
        wordingVersion = 1,
        wordingLanguage = "en",
    };

    public static object Document => new { title = "Statutes", category = "statutes", language = "en", date = "2019-12-01", fileName = "statutes.pdf" };

    /// <summary>The same each time.</summary>
    public static HttpContent File => new ByteArrayContent("%PDF-1.4"u8.ToArray()) { Headers = { ContentType = new("application/pdf") } };

    private static object Service => new { kind = "savings" };

    private static object Strength => new { year = 2023, total = 100, source = "A report" };

    /// <summary>A body that the operation takes from whoever may send it.</summary>
    public static object BodyOf(Operation operation) => operation switch
    {
        { Method.Method: "PATCH", Path: "/api/v1/organisations/{id}/affiliations/{node}" } => new { since = "2010-01-01", correction = true, reason = "Taken over" },
        { Method.Method: "PATCH", Path: var path } when path.Contains("/strength/", StringComparison.Ordinal) => new { reason = "Taken over", total = 1 },
        { Path: var path } when path.EndsWith("/services/{serviceId}/withdrawal", StringComparison.Ordinal) || path.EndsWith("/strength/{year}/withdrawal", StringComparison.Ordinal) => new { reason = "Taken over" },
        { Path: var path } when path.Contains("/services", StringComparison.Ordinal) => Service,
        { Path: var path } when path.EndsWith("/affiliations", StringComparison.Ordinal) => new { node = Network.Rwanda.Node },
        { Path: var path } when path.EndsWith("/revocation", StringComparison.Ordinal) => new { reason = "Taken over" },
        { Path: var path } when path.EndsWith("/strength", StringComparison.Ordinal) => Strength,
        { Method.Method: "PATCH", Path: var path } when path.Contains("/organisations/", StringComparison.Ordinal) => new { name = "Taken over" },
        { Method.Method: "PATCH", Path: var path } when path.Contains("/nodes/", StringComparison.Ordinal) => new { names = new { en = "Taken over" } },
        { Method.Method: "PATCH", Path: "/api/v1/clients/{clientId}" } => new { description = "Taken over" },
        { Method.Method: "PATCH", Path: "/api/v1/persons/{id}" } => new { name = "Taken over" },
        { Method.Method: "PATCH" } => new { title = new { en = "Taken over" } },
        { Path: var path } when path.EndsWith("/substantiations", StringComparison.Ordinal) => Network.Agreement(Network.Nepal),
        { Path: "/api/v1/imports" } => new StringContent("name,country,types\nTaken over,RW,ngo\n", new MediaTypeHeaderValue("text/csv")),
        { Path: "/api/v1/organisations/{id}/merge" } => new { mergedId = Guid.NewGuid(), version = 1, mergedVersion = 1 },
        { Path: var path } when path.EndsWith("/comments", StringComparison.Ordinal) => new { text = "Taken over" },
        { Path: var path } when path.EndsWith("/documents", StringComparison.Ordinal) => Document,
        { Path: var path } when path.EndsWith("/file", StringComparison.Ordinal) => File,
        { Path: var path } when path.EndsWith("/documents/{documentId}/withdrawal", StringComparison.Ordinal) => new { reason = "Taken over" },
        { Path: "/api/v1/nodes/{node}/bodies" } => new { code = "taken-over", from = "2024-01-01" },
        { Path: "/api/v1/persons/{id}/roles" } => new { kind = "mandate", title = "Taken over", from = "2024-01-01", node = Network.Rwanda.Node, body = "board" },
        { Path: "/api/v1/persons/{id}/roles/{roleId}/end" } => new { reason = "Taken over" },
        { Path: "/api/v1/persons/{id}/consents" } => Consent,
        { Path: "/api/v1/persons/{id}/erasure" } => new { reason = "unlawful" },
        { Path: var path } when path.Contains("/organisations/{", StringComparison.Ordinal) => Network.Decision("Taken over"),
        _ => new { },
    };
}
