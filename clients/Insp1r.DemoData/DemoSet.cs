using System.Text.Json;
using System.Text.Json.Serialization;

namespace Insp1r.DemoData;

/// <summary><paramref name="Since"/> is the earliest day on which a document says that it was there; Data/README.md has the rule.</summary>
internal sealed record Node(string Path, string Level, IReadOnlyDictionary<string, string> Names, DateOnly Since, string? Country = null);

/// <summary>
/// <paramref name="Since"/> is the first day of its membership, as far as a document says; <paramref name="AlsoAt"/> further networks that it is affiliated to, in
/// the same category and since the same day.
/// </summary>
internal sealed record Organisation(
    string ExternalId,
    string Node,
    string Name,
    string Country,
    IReadOnlyList<string> Types,
    DateOnly Since,
    IReadOnlyDictionary<string, string>? Names = null,
    string? Acronym = null,
    string Category = "full",
    IReadOnlyList<string>? AlsoAt = null);

/// <summary>What a document says that a member offers. <paramref name="Organisation"/> is the external id.</summary>
internal sealed record Service(string Organisation, string Document, string Kind, IReadOnlyList<string> TargetGroups, string Description);

/// <summary>A number that a document gives of the network as a whole, in its own words.</summary>
internal sealed record Figure(string Measure, long Value, string Qualifier, string Wording, DateOnly AsOf, string Precision, string Document);

internal sealed record TargetBody(string Node, string Code, string Country, IReadOnlyDictionary<string, string> Names);

/// <summary>Where a statement comes from. <paramref name="ReportedOn"/> stands in for the day of a change where the document gives none.</summary>
internal sealed record SourceDocument(string Key, string Title, string Url, DateOnly ReportedOn);

internal sealed record Campaign(
    string Key, string Node, string Document, string Title, string Description, IReadOnlyList<Demand> Demands, DateOnly? StartsOn = null);

internal sealed record Demand(
    string Title, string Text, IReadOnlyList<string> TargetBodies, IReadOnlyList<string> SdgTargets, IReadOnlyList<string>? Instruments = null, IReadOnlyList<string>? Branches = null);

/// <summary><paramref name="Organisation"/> is the external id; <paramref name="Claim"/> what the document says that it did.</summary>
internal sealed record Contribution(string Organisation, string Role, string Claim);

/// <summary>A change that a document claims. <paramref name="Demand"/> is the title of the demand that it answers, if one is loaded.</summary>
internal sealed record Outcome(
    string Key,
    string Node,
    string Document,
    string Title,
    string Statement,
    string Significance,
    string SocialActor,
    string Type,
    IReadOnlyList<string> SdgTargets,
    IReadOnlyList<Contribution> Contributions,
    string? Demand = null,
    string? Country = null,
    DateOnly? OccurredOn = null,
    string? PolicyStage = null,
    IReadOnlyList<string>? Branches = null);

/// <summary>A person who spoke, as the public record names them: no more than that.</summary>
internal sealed record Speaker(string Name, string Organisation);

internal sealed record PublicEvent(
    string Key,
    string Node,
    string Document,
    string Title,
    string Description,
    DateOnly StartsOn,
    DateOnly EndsOn,
    bool Online,
    IReadOnlyList<Speaker> Speakers,
    string? Place = null,
    int? Participants = null);

/// <summary>Everything that is loaded: what the two public documents name, as it stands in the files of Data/.</summary>
internal sealed record DemoSet(
    IReadOnlyList<Node> Nodes,
    IReadOnlyList<Organisation> Organisations,
    IReadOnlyList<TargetBody> TargetBodies,
    IReadOnlyList<SourceDocument> Documents,
    IReadOnlyList<Campaign> Campaigns,
    IReadOnlyList<Outcome> Outcomes,
    IReadOnlyList<PublicEvent> Events,
    IReadOnlyList<Service> Services,
    IReadOnlyList<Figure> Figures)
{
    /// <summary>The documents are in English; a text keeps the language that it was written in.</summary>
    public const string SourceLanguage = "en";

    /// <summary>The whole network, of which the figures are.</summary>
    public const string Root = "insp1r";

    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static DemoSet Load() => new(
        Read<Node>("nodes"), Read<Organisation>("organisations"), Read<TargetBody>("target-bodies"), Read<SourceDocument>("documents"),
        Read<Campaign>("campaigns"), Read<Outcome>("outcomes"), Read<PublicEvent>("events"),
        Read<Service>("services"), Read<Figure>("figures"));

    public SourceDocument Document(string key) => Documents.Single(document => document.Key == key);

    private static T[] Read<T>(string name)
    {
        using var stream = typeof(DemoSet).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"Data/{name}.json is not part of this program.");
        return JsonSerializer.Deserialize<T[]>(stream, Strict)!;
    }
}
