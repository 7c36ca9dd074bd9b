using Insp1r.Advocacy.Coding;
using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Http;

namespace Insp1r.Advocacy.Outcomes;

/// <summary>What changed in the social actor (Outcome Harvesting).</summary>
internal enum OutcomeType
{
    Behaviour,
    Relationship,
    Action,
    Policy,
    Practice,
}

internal enum OutcomePolarity
{
    Positive,
    Negative,
}

/// <summary>Stages of a policy (Coffman, composite logic model, 2007).</summary>
internal enum PolicyStage
{
    Development,
    Agenda,
    Adoption,
    Blocking,
    Implementation,
    MonitoringAndEvaluation,
    Maintenance,
}

/// <summary>A draft may be incomplete, a submitted outcome may not; substantiated is one that an independent network confirmed.</summary>
internal enum OutcomeStatus
{
    Draft,
    Submitted,
    Substantiated,
}

/// <summary>What an organisation claims to have done towards an outcome. The node is where the organisation stood when it was claimed.</summary>
internal sealed record Contribution(Guid OrganisationId, string? Role, string? Claim, string Node);

/// <summary>Where it can be seen that the outcome occurred.</summary>
internal sealed record Evidence(string Url, string? Title = null, string? Language = null, DateOnly? Date = null);

/// <summary>
/// A change in a social actor that the network contributed to, harvested by its owner node and confirmed, or not, by others. The
/// harvester can submit it and can never substantiate it.
/// </summary>
internal sealed class Outcome : IPublished, IVersioned
{
    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Node { get; init; }
    public required string Continent { get; init; }
    public Guid? DemandId { get; private set; }
    public Guid? CampaignId { get; private set; }
    public IReadOnlyDictionary<string, string> Title { get; private set; } = null!;
    public string SourceLanguage { get; private set; } = null!;
    public IReadOnlyDictionary<string, string>? Statement { get; private set; }
    public IReadOnlyDictionary<string, string>? Significance { get; private set; }
    public string? SocialActor { get; private set; }
    public DateOnly? OccurredOn { get; private set; }
    public string? Country { get; private set; }
    public OutcomeType? Type { get; private set; }
    public OutcomePolarity? Polarity { get; private set; }
    public bool? Intended { get; private set; }
    public PolicyStage? PolicyStage { get; private set; }
    public string[] SdgTargets { get; private set; } = [];
    public string[] Branches { get; private set; } = [];
    public IReadOnlyList<Contribution> Contributions { get; private set; } = [];
    public IReadOnlyList<Evidence> Evidence { get; private set; } = [];
    public Publication Publication { get; private set; }
    public OutcomeStatus Status { get; private set; }
    public bool IsOpen { get; private set; }
    public string? SubstantiatedBy { get; private set; }
    public DateOnly? SubstantiatedOn { get; private set; }
    public string SearchText { get; private set; } = null!;
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset ChangedAt { get; private set; }

    public OutcomeFields Fields => new(
        DemandId, CampaignId, Title, SourceLanguage, Statement, Significance, SocialActor, OccurredOn, Country, Type, Polarity, Intended, PolicyStage, SdgTargets,
        Branches.ToBranches(), [.. Contributions.Select(c => new ContributionFields(c.OrganisationId, c.Role, c.Claim))], Evidence, Publication);

    /// <param name="contributions">The fields' contributions, with the node of each organisation.</param>
    public static Outcome Record(Guid id, string node, OutcomeFields fields, IReadOnlyList<Contribution> contributions, DateTimeOffset at)
    {
        var outcome = new Outcome { Id = id, Node = node, Continent = Readership.ContinentOf(node), RecordedAt = at };
        outcome.Write(fields, contributions, at);
        return outcome;
    }

    public void Change(OutcomeFields fields, IReadOnlyList<Contribution> contributions, DateTimeOffset at)
    {
        Version++;
        Write(fields, contributions, at);
    }

    public void Submit(IReadOnlyList<Contribution> contributions, DateTimeOffset at)
    {
        Version++;
        Contributions = contributions;
        Status = OutcomeStatus.Submitted;
        IsOpen = true;
        ChangedAt = at;
    }

    public void Substantiate(string byNode, DateTimeOffset at)
    {
        Version++;
        Status = OutcomeStatus.Substantiated;
        SubstantiatedBy = byNode;
        SubstantiatedOn = DateOnly.FromDateTime(at.UtcDateTime);
        ChangedAt = at;
    }

    public OutcomeState ToState() => new(
        Id, Version, Node, Title, SourceLanguage, Country, OccurredOn, Words.Of(Status), [.. Contributions.Select(c => new ContributionState(c.OrganisationId, c.Node))]);

    private void Write(OutcomeFields fields, IReadOnlyList<Contribution> contributions, DateTimeOffset at)
    {
        DemandId = fields.DemandId;
        CampaignId = fields.CampaignId;
        Title = fields.Title!;
        SourceLanguage = fields.SourceLanguage!;
        Statement = fields.Statement;
        Significance = fields.Significance;
        SocialActor = fields.SocialActor;
        OccurredOn = fields.OccurredOn;
        Country = fields.Country;
        Type = fields.Type;
        Polarity = fields.Polarity;
        Intended = fields.Intended;
        PolicyStage = fields.PolicyStage;
        SdgTargets = [.. fields.SdgTargets!.Distinct(StringComparer.Ordinal)];
        Branches = fields.Branches!.ToWords();
        Contributions = contributions;
        Evidence = fields.Evidence!;
        Publication = fields.Publication;
        SearchText = Publishing.SearchText.Of(fields.Title, fields.Statement);
        ChangedAt = at;
    }
}
