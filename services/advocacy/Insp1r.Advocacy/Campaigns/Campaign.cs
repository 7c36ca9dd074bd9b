using Insp1r.Advocacy.Publishing;
using Insp1r.Contracts.Advocacy;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Advocacy.Campaigns;

/// <summary>What a campaign's editors write.</summary>
internal sealed record CampaignFields(
    Guid? ParentId,
    IReadOnlyDictionary<string, string>? Title,
    string? SourceLanguage,
    IReadOnlyDictionary<string, string>? Description,
    DateOnly? StartsOn,
    DateOnly? EndsOn,
    Publication Publication)
{
    public void Check(FieldErrors errors)
    {
        errors.OneOf("/sourceLanguage", SourceLanguage, Languages.All, "unknown-language");
        errors.Sourced("/title", Title, SourceLanguage, 300);
        errors.Languages("/description", Description, 10_000, required: false);
        errors.Date("/startsOn", StartsOn);
        errors.Date("/endsOn", EndsOn);
        errors.Period("/endsOn", StartsOn, EndsOn);
    }
}

/// <summary>
/// A campaign of one node. Campaigns nest across levels: a national one may stand under a continental one of another owner.
/// </summary>
internal sealed class Campaign : IPublished, IVersioned
{
    public required Guid Id { get; init; }
    public int Version { get; private set; } = 1;
    public required string Node { get; init; }
    public required string Continent { get; init; }
    public Guid? ParentId { get; private set; }
    public IReadOnlyDictionary<string, string> Title { get; private set; } = null!;
    public string SourceLanguage { get; private set; } = null!;
    public IReadOnlyDictionary<string, string>? Description { get; private set; }
    public DateOnly? StartsOn { get; private set; }
    public DateOnly? EndsOn { get; private set; }
    public Publication Publication { get; private set; }
    public bool IsOpen { get; private set; } = true;
    public string SearchText { get; private set; } = null!;
    public required DateTimeOffset RecordedAt { get; init; }
    public DateTimeOffset ChangedAt { get; private set; }

    public CampaignFields Fields => new(ParentId, Title, SourceLanguage, Description, StartsOn, EndsOn, Publication);

    public static Campaign Record(Guid id, string node, CampaignFields fields, DateTimeOffset at)
    {
        var campaign = new Campaign { Id = id, Node = node, Continent = Readership.ContinentOf(node), RecordedAt = at };
        campaign.Write(fields, at);
        return campaign;
    }

    public void Change(CampaignFields fields, DateTimeOffset at)
    {
        Version++;
        Write(fields, at);
    }

    public CampaignState ToState() => new(Id, Version, Node, ParentId, Title, SourceLanguage, StartsOn, EndsOn, Words.Of(Publication));

    private void Write(CampaignFields fields, DateTimeOffset at)
    {
        ParentId = fields.ParentId;
        Title = fields.Title!;
        SourceLanguage = fields.SourceLanguage!;
        Description = fields.Description;
        StartsOn = fields.StartsOn;
        EndsOn = fields.EndsOn;
        Publication = fields.Publication;
        SearchText = Publishing.SearchText.Of(fields.Title, fields.Description);
        ChangedAt = at;
    }
}
