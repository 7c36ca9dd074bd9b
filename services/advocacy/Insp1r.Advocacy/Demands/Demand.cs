using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.Demands;

internal enum DemandStatus
{
    Draft,
    Active,
    Closed,
}

/// <summary>What a demand's editors write. Target bodies are their codes.</summary>
internal sealed record DemandFields(
    Guid? CampaignId,
    IReadOnlyDictionary<string, string>? Title,
    string? SourceLanguage,
    IReadOnlyDictionary<string, string>? Text,
    IReadOnlyList<string>? TargetBodies,
    IReadOnlyList<string>? SdgTargets,
    IReadOnlyList<string>? Instruments,
    IReadOnlyList<SocialProtectionBranch>? Branches,
    Publication Publication)
{
    public const int MaxBodies = 20;

    public void Check(FieldErrors errors, DemandStatus status)
    {
        errors.OneOf("/sourceLanguage", SourceLanguage, Languages.All, "unknown-language");
        errors.Sourced("/title", Title, SourceLanguage, 300);
        errors.Languages("/text", Text, 20_000, required: false);
        errors.Count("/targetBodies", TargetBodies, MaxBodies);
        errors.SdgTargets("/sdgTargets", SdgTargets);
        errors.Instruments("/instruments", Instruments);
        errors.Count("/branches", Branches, 9);
        if (status is DemandStatus.Active && TargetBodies is { Count: 0 })
            errors.Add("/targetBodies", "target-body-required", "A demand is made to somebody: name at least one target body before it becomes active.");
    }
}

/// <summary>What a node asks of one or more target bodies. Without a target body it cannot become active.</summary>
internal sealed class Demand : IPublished, IVersioned
{
    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Node { get; init; }
    public required string Continent { get; init; }
    public Guid? CampaignId { get; private set; }
    public IReadOnlyDictionary<string, string> Title { get; private set; } = null!;
    public string SourceLanguage { get; private set; } = null!;
    public IReadOnlyDictionary<string, string>? Text { get; private set; }
    public string[] TargetBodies { get; private set; } = [];
    public string[] SdgTargets { get; private set; } = [];
    public string[] Instruments { get; private set; } = [];
    public string[] Branches { get; private set; } = [];
    public DemandStatus Status { get; private set; }
    public Publication Publication { get; private set; }
    public bool IsOpen { get; private set; }
    public string SearchText { get; private set; } = null!;
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset ChangedAt { get; private set; }

    public DemandFields Fields => new(CampaignId, Title, SourceLanguage, Text, TargetBodies, SdgTargets, Instruments, Branches.ToBranches(), Publication);

    public static Demand Record(Guid id, string node, DemandFields fields, DemandStatus status, DateTimeOffset at)
    {
        var demand = new Demand { Id = id, Node = node, Continent = Readership.ContinentOf(node), RecordedAt = at };
        demand.Write(fields, status, at);
        return demand;
    }

    /// <summary>A draft becomes active or is closed, an active one is closed; nothing else.</summary>
    public bool CanBecome(DemandStatus status) => (Status, status) switch
    {
        (DemandStatus.Draft, DemandStatus.Active or DemandStatus.Closed) => true,
        (DemandStatus.Active, DemandStatus.Closed) => true,
        var (now, wanted) => now == wanted,
    };

    public void Change(DemandFields fields, DemandStatus status, DateTimeOffset at)
    {
        Version++;
        Write(fields, status, at);
    }

    public DemandState ToState() =>
        new(Id, Version, Node, CampaignId, Title, SourceLanguage, TargetBodies, SdgTargets, Instruments, Branches, Words.Of(Status));

    private void Write(DemandFields fields, DemandStatus status, DateTimeOffset at)
    {
        CampaignId = fields.CampaignId;
        Title = fields.Title!;
        SourceLanguage = fields.SourceLanguage!;
        Text = fields.Text;
        TargetBodies = [.. fields.TargetBodies!.Distinct(StringComparer.Ordinal)];
        SdgTargets = [.. fields.SdgTargets!.Distinct(StringComparer.Ordinal)];
        Instruments = [.. fields.Instruments!.Distinct(StringComparer.Ordinal)];
        Branches = fields.Branches!.ToWords();
        Status = status;
        Publication = fields.Publication;
        IsOpen = status is not DemandStatus.Draft;
        SearchText = Publishing.SearchText.Of(fields.Title, fields.Text);
        ChangedAt = at;
    }
}
