using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Insp1r.DemoData;

/// <summary>
/// Loads what is not there yet. Each record is looked for first: an Idempotency-Key is remembered for 30 days only, and what
/// somebody changed since is to stay.
/// </summary>
internal sealed class Loader(Platform platform, DemoSet demo, TimeProvider clock)
{
    private const string Public = "public";
    private const int LongestSearch = 100;

    /// <summary>How the other services refuse what membership has and they have not heard of.</summary>
    private static readonly string[] NotHereYet = ["unknown-node", "unknown-organisation"];

    /// <summary>A node or an organisation is known to the others a moment after it is in membership; if the broker is away, when it is back.</summary>
    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromMinutes(2);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private int _added;

    /// <summary>Returns how many records were added.</summary>
    public async Task<int> LoadAsync(CancellationToken ct)
    {
        await LoadNodesAsync(ct);
        var organisations = await LoadOrganisationsAsync(ct);
        await LoadServicesAsync(organisations, ct);
        await LoadFiguresAsync(ct);
        await LoadTargetBodiesAsync(ct);
        var demands = await LoadCampaignsAsync(ct);
        await LoadOutcomesAsync(organisations, demands, ct);
        await LoadEventsAsync(ct);
        return _added;
    }

    private async Task LoadNodesAsync(CancellationToken ct)
    {
        var known = (await platform.ListAsync(DevelopmentClients.Steward, "/api/v1/nodes?limit=500", ct)).Select(node => (string)node["path"]!).ToHashSet(StringComparer.Ordinal);
        foreach (var node in demo.Nodes.Where(node => !known.Contains(node.Path)).OrderBy(node => node.Path, StringComparer.Ordinal))
            await AddAsync(DevelopmentClients.Steward, "/api/v1/nodes", node, ct);
    }

    /// <summary>Returns the id of each organisation by its external id. (A sync would set right what somebody has changed here since.)</summary>
    private async Task<Dictionary<string, Guid>> LoadOrganisationsAsync(CancellationToken ct)
    {
        var ids = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var organisation in demo.Organisations)
        {
            var client = DevelopmentClients.OfNode(organisation.Node);
            var record = await platform.FindAsync(client, $"/api/v1/organisations/by-external-id/{organisation.ExternalId.Replace(':', '/')}", ct) ?? await AddAsync(
                client, "/api/v1/organisations",
                new
                {
                    organisation.Node,
                    organisation.Name,
                    organisation.Country,
                    organisation.Types,
                    organisation.Names,
                    organisation.Acronym,
                    ExternalIds = new[] { organisation.ExternalId },
                    organisation.Category,
                    organisation.Since,
                }, ct);
            ids.Add(organisation.ExternalId, Id(record));
            await LoadFurtherAffiliationsAsync(organisation, Id(record), ct);
        }

        return ids;
    }

    private async Task LoadFurtherAffiliationsAsync(Organisation organisation, Guid id, CancellationToken ct)
    {
        if (organisation.AlsoAt is not { } further)
            return;

        var path = $"/api/v1/organisations/{id}/affiliations";
        var known = (await platform.ListAsync(DevelopmentClients.Steward, path, ct)).Select(affiliation => (string)affiliation["node"]!).ToHashSet(StringComparer.Ordinal);
        foreach (var node in further.Where(node => !known.Contains(node)))
            await AddAsync(DevelopmentClients.Steward, path, new { Node = node, organisation.Category, organisation.Since }, ct);
    }

    private async Task LoadServicesAsync(Dictionary<string, Guid> organisations, CancellationToken ct)
    {
        foreach (var service in demo.Services)
        {
            var client = DevelopmentClients.OfNode(demo.Organisations.Single(organisation => organisation.ExternalId == service.Organisation).Node);
            var path = $"/api/v1/organisations/{organisations[service.Organisation]}/services";
            var document = demo.Document(service.Document);
            if (!(await platform.ListAsync(client, path, ct)).Exists(known => (string?)known["kind"] == service.Kind))
                await AddAsync(client, path, new { service.Kind, service.TargetGroups, Description = InSource(service.Description), Source = document.Title, SourceUrl = document.Url }, ct);
        }
    }

    private async Task LoadFiguresAsync(CancellationToken ct)
    {
        var known = new HashSet<(string, string)>();
        foreach (var listed in await platform.ListAsync(DevelopmentClients.Steward, $"/api/v1/figures?node={DemoSet.Root}&limit=500", ct))
        {
            // What somebody corrected since was loaded as well.
            for (var figure = listed; ; figure = (await platform.FindAsync(DevelopmentClients.Steward, $"/api/v1/figures/{(string)figure["corrects"]!}", ct))!)
            {
                known.Add(((string)figure["measure"]!, (string)figure["says"]!["wording"]!));
                if (figure["corrects"] is null)
                    break;
            }
        }

        foreach (var figure in demo.Figures.Where(figure => !known.Contains((figure.Measure, figure.Wording))))
        {
            var document = demo.Document(figure.Document);
            await AddAsync(
                DevelopmentClients.Steward, "/api/v1/figures",
                new
                {
                    Node = DemoSet.Root,
                    figure.Measure,
                    Says = new { figure.Value, figure.Qualifier, figure.Wording, figure.AsOf, figure.Precision, Source = document.Title, SourceUrl = document.Url },
                }, ct);
        }
    }

    private async Task LoadTargetBodiesAsync(CancellationToken ct)
    {
        var known = (await platform.ListAsync(DevelopmentClients.Steward, "/api/v1/target-bodies?limit=500", ct)).Select(body => (string)body["code"]!).ToHashSet(StringComparer.Ordinal);
        foreach (var body in demo.TargetBodies.Where(body => !known.Contains(body.Code)))
            await AddAsync(DevelopmentClients.OfNode(body.Node), "/api/v1/target-bodies", body, ct);
    }

    /// <summary>Returns the id of each demand by its title.</summary>
    private async Task<Dictionary<string, Guid>> LoadCampaignsAsync(CancellationToken ct)
    {
        var demandIds = new Dictionary<string, Guid>(StringComparer.Ordinal);
        foreach (var campaign in demo.Campaigns)
        {
            var client = DevelopmentClients.OfNode(campaign.Node);
            var record = await FindByTitleAsync(client, "/api/v1/campaigns", campaign.Node, campaign.Title, ct) ?? await AddAsync(
                client, "/api/v1/campaigns",
                new
                {
                    campaign.Node,
                    Title = InSource(campaign.Title),
                    DemoSet.SourceLanguage,
                    Description = InSource(campaign.Description),
                    campaign.StartsOn,
                    Publication = Public,
                }, ct);
            foreach (var demand in campaign.Demands)
                demandIds[demand.Title] = await LoadDemandAsync(client, campaign.Node, Id(record), demand, ct);
        }

        return demandIds;
    }

    private async Task<Guid> LoadDemandAsync(string client, string node, Guid campaignId, Demand demand, CancellationToken ct) => Id(
        await FindByTitleAsync(client, "/api/v1/demands", node, demand.Title, ct) ?? await AddAsync(
            client, "/api/v1/demands",
            new
            {
                Node = node,
                CampaignId = campaignId,
                Title = InSource(demand.Title),
                DemoSet.SourceLanguage,
                Text = InSource(demand.Text),
                demand.TargetBodies,
                demand.SdgTargets,
                demand.Instruments,
                demand.Branches,
                Status = "active",
                Publication = Public,
            }, ct));

    private async Task LoadOutcomesAsync(Dictionary<string, Guid> organisations, Dictionary<string, Guid> demands, CancellationToken ct)
    {
        foreach (var outcome in demo.Outcomes)
        {
            var client = DevelopmentClients.OfNode(outcome.Node);
            var record = await FindByTitleAsync(client, "/api/v1/outcomes", outcome.Node, outcome.Title, ct)
                ?? await AddAsync(client, "/api/v1/outcomes", Request(outcome, organisations, demands), ct);
            // Claimed by the documents themselves: submitted, and nobody here substantiates it.
            if ((string?)record["status"] == "draft")
                await OnceAllIsKnownAsync(() => platform.PostAsync(client, $"/api/v1/outcomes/{Id(record)}/submission", null, Key("submission", Id(record).ToString()), ct), ct);
        }
    }

    private object Request(Outcome outcome, Dictionary<string, Guid> organisations, Dictionary<string, Guid> demands)
    {
        var document = demo.Document(outcome.Document);
        return new
        {
            outcome.Node,
            Title = InSource(outcome.Title),
            DemoSet.SourceLanguage,
            DemandId = outcome.Demand is null ? (Guid?)null : demands[outcome.Demand],
            Statement = InSource(outcome.Statement),
            Significance = InSource(outcome.Significance),
            outcome.SocialActor,
            OccurredOn = outcome.OccurredOn ?? document.ReportedOn,
            outcome.Country,
            outcome.Type,
            Polarity = "positive",
            Intended = true,
            outcome.PolicyStage,
            outcome.SdgTargets,
            outcome.Branches,
            Contributions = outcome.Contributions.Select(contribution => new
            {
                OrganisationId = organisations[contribution.Organisation],
                contribution.Role,
                contribution.Claim,
            }),
            Evidence = new[] { new { document.Url, document.Title, Language = DemoSet.SourceLanguage, Date = document.ReportedOn } },
            Publication = Public,
        };
    }

    private async Task LoadEventsAsync(CancellationToken ct)
    {
        foreach (var happening in demo.Events)
        {
            var client = DevelopmentClients.OfNode(happening.Node);
            var known = await platform.ListAsync(client, $"/api/v1/events?node={happening.Node}&limit=500", ct);
            if (!known.Exists(record => IsTitled(record, happening.Node, happening.Title)))
            {
                await AddAsync(
                    client, "/api/v1/events",
                    new
                    {
                        happening.Node,
                        Title = InSource(happening.Title),
                        DemoSet.SourceLanguage,
                        Description = InSource(happening.Description),
                        happening.StartsOn,
                        happening.EndsOn,
                        happening.Online,
                        happening.Place,
                        Source = demo.Document(happening.Document).Url,
                        happening.Participants,
                        happening.Speakers,
                    }, ct);
            }
        }
    }

    private async Task<JsonNode> OnceAllIsKnownAsync(Func<Task<JsonNode>> request, CancellationToken ct)
    {
        var giveUpAt = clock.GetUtcNow() + ArrivalPatience;
        while (true)
        {
            try
            {
                return await request();
            }
            catch (RefusedException e) when (e.IsOnly(NotHereYet))
            {
                if (clock.GetUtcNow() >= giveUpAt)
                    throw new DemoDataException($"The services do not hear of new nodes and organisations. Does RabbitMQ run? ./insp1r status. ({e.Message})", e);
                await Task.Delay(TimeSpan.FromMilliseconds(500), clock, ct);
            }
        }
    }

    private async Task<JsonNode?> FindByTitleAsync(string client, string path, string node, string title, CancellationToken ct) =>
        (await platform.ListAsync(client, $"{path}?node={node}&text={Uri.EscapeDataString(title[..Math.Min(title.Length, LongestSearch)])}&limit=500", ct))
            .Find(record => IsTitled(record, node, title));

    private static bool IsTitled(JsonNode record, string node, string title) => (string?)record["node"] == node && (string?)record["title"]?[DemoSet.SourceLanguage] == title;

    private async Task<JsonNode> AddAsync(string client, string path, object request, CancellationToken ct)
    {
        var body = ToNode(request);
        var added = await OnceAllIsKnownAsync(() => platform.PostAsync(client, path, body, Key(path, body.ToJsonString()), ct), ct);
        _added++;
        return added;
    }

    private static JsonNode ToNode(object request) => JsonSerializer.SerializeToNode(request, request.GetType(), Json)!;

    private static Dictionary<string, string> InSource(string text) => new(StringComparer.Ordinal) { [DemoSet.SourceLanguage] = text };

    private static Guid Id(JsonNode record) => Guid.Parse((string)record["id"]!);

    // From what is sent: a text that was corrected in Data/ is another request.
    private static string Key(string kind, string content) => $"inspir-demo:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{content}")))}";
}
